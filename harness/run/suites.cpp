#include "harness/run/suites.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>

#include "harness/run/child.h"

namespace harness::run {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kQuickTag = "quick";
constexpr std::size_t kLongestManifest = std::size_t{1} << 20;

Result<std::string> read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text(kLongestManifest, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file && !file.eof()) return fail("cannot read '{}': {}", path.string(), std::strerror(errno));
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
}

bool has_tag(const model::Case& one, std::string_view tag) {
    return std::ranges::find(one.tags, tag) != one.tags.end();
}

std::string how_it_ended(const ChildReport& report) {
    switch (report.ending) {
        case Ending::exited:
            return fmt::format("exited with {}", report.status);
        case Ending::signalled:
            return fmt::format("crashed ({})", strsignal(report.status));
        case Ending::timed_out:
            return "did not answer";
        case Ending::flooded:
            return "printed without end";
        case Ending::interrupted:
            return "was interrupted";
    }
    return "ended";
}

}  // namespace

Result<std::vector<model::Manifest>> find_manifests(const fs::path& folder) {
    std::error_code error;
    std::vector<model::Manifest> manifests;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        if (entry.path().extension() != ".json" || !entry.is_regular_file()) continue;
        const auto text = read_file(entry.path());
        if (!text) return tl::unexpected(text.error());
        auto manifest = model::parse_manifest(*text, entry.path().string());
        if (!manifest) return tl::unexpected(manifest.error());
        manifests.push_back(std::move(*manifest));
    }
    if (error) return fail("cannot look for suites in '{}': {}", folder.string(), error.message());
    if (manifests.empty())
        return fail("no suites in '{}' (build them, or give --suite-dir)", folder.string());
    std::ranges::sort(manifests, {}, &model::Manifest::name);
    return manifests;
}

Result<std::vector<model::Manifest>> pick_manifests(const std::vector<model::Manifest>& manifests,
                                                    const std::vector<std::string>& names) {
    if (names.empty()) return manifests;
    std::vector<model::Manifest> picked;
    for (const std::string& name : names) {
        const auto found = std::ranges::find(manifests, name, &model::Manifest::name);
        if (found == manifests.end()) return fail("no suite '{}' (see `vmbench list`)", name);
        if (std::ranges::find(picked, name, &model::Manifest::name) == picked.end()) picked.push_back(*found);
    }
    return picked;
}

Result<FoundSuite> describe_suite(const fs::path& folder, const model::Manifest& manifest,
                                  Interrupts& interrupts) {
    FoundSuite found;
    found.program = fs::absolute(folder / manifest.program);
    Command command;
    command.arguments = {found.program.string(), "--describe"};
    const auto report = run_child(command, interrupts);
    if (!report) return tl::unexpected(report.error());
    if (report->ending != Ending::exited || report->status != 0) {
        return fail("suite '{}': '{} --describe' {}", manifest.name, found.program.string(),
                    how_it_ended(*report));
    }
    auto suite = model::parse_description(report->output, manifest, found.program.string() + " --describe");
    if (!suite) return tl::unexpected(suite.error());
    found.suite = std::move(*suite);
    return found;
}

Result<FoundSuite> describe_program(const fs::path& program, Interrupts& interrupts) {
    FoundSuite found;
    found.program = fs::absolute(program);
    Command command;
    command.arguments = {found.program.string(), "--benchmark_list_tests=true"};
    const auto report = run_child(command, interrupts);
    if (!report) return tl::unexpected(report.error());
    if (report->ending != Ending::exited || report->status != 0) {
        return fail("'{} --benchmark_list_tests' {}", found.program.string(), how_it_ended(*report));
    }
    found.is_suite = false;
    model::Suite& suite = found.suite;
    suite.manifest.name = found.program.filename().string();
    suite.manifest.program = suite.manifest.name;
    suite.manifest.title = suite.manifest.name;
    suite.manifest.description = "A Google Benchmark program";
    std::istringstream lines(report->output);
    for (std::string line; std::getline(lines, line);) {
        if (line.empty()) continue;
        if (std::ranges::any_of(line, [](char c) { return static_cast<unsigned char>(c) < ' '; }))
            return fail("'{}' lists benchmarks with control characters in their names",
                        found.program.string());
        model::Case one;
        one.id = line;
        one.metrics = {{"time", "ns", model::Direction::lower}};
        suite.cases.push_back(std::move(one));
    }
    if (suite.cases.empty()) return fail("'{}' lists no benchmarks", found.program.string());
    return found;
}

std::vector<model::Case> selected_cases(const model::Suite& suite, const Selection& selection) {
    const bool quick_only =
        selection.profile == model::Profile::quick &&
        std::ranges::any_of(suite.cases, [](const model::Case& one) { return has_tag(one, kQuickTag); });
    std::vector<model::Case> selected;
    for (const model::Case& one : suite.cases) {
        const std::string id = model::benchmark_id(suite.manifest.name, one.id);
        const bool tagged =
            selection.tags.empty() ||
            std::ranges::any_of(selection.tags, [&](const std::string& tag) { return has_tag(one, tag); });
        if (!tagged || (quick_only && !has_tag(one, kQuickTag))) continue;
        if (selection.filter && !std::regex_search(id, *selection.filter)) continue;
        selected.push_back(one);
    }
    return selected;
}

Result<std::regex> parse_filter(const std::string& text) {
    // The library reports a bad expression only by exception.
    try {
        return std::regex(text);
    } catch (const std::regex_error&) {
        return fail("'{}' is not a regular expression", text);
    }
}

}  // namespace harness::run
