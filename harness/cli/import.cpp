#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <set>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "harness/cli/command.h"
#include "harness/cli/session.h"
#include "harness/cli/text.h"
#include "harness/formats/formats.h"
#include "harness/formats/names.h"
#include "harness/store/baselines.h"
#include "harness/store/exchange.h"

namespace harness::cli {

namespace {

// What `vmbench export` writes is no foreign format: it is a baseline with everything about its runs.
constexpr std::string_view kOwnFormat = "baseline";

struct Options {
    std::vector<std::string> files;
    std::string name;
    std::string format;
    std::vector<std::string> metrics;
    formats::Options reading;
};

// A file that has been read: one of ours or a foreign one.
struct Content {
    std::string path;
    std::string format;
    std::optional<store::Parcel> parcel;
    formats::Imported imported;
};

Result<std::string> read_input(const std::string& path) {
    if (path != "-") return read_file(path);
    std::string text;
    std::array<char, 65536> buffer;
    while (const std::size_t bytes = std::fread(buffer.data(), 1, buffer.size(), stdin)) {
        text.append(buffer.data(), bytes);
    }
    if (std::ferror(stdin) != 0) return fail("cannot read standard input: {}", std::strerror(errno));
    return text;
}

std::int64_t time_of(const std::string& path) {
    struct stat status {};
    if (path == "-" || stat(path.c_str(), &status) != 0) return now_ns();
    return std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
}

bool is_parcel(const formats::Document& document) {
    if (document.json() == nullptr || !document.json()->is_object()) return false;
    const auto format = document.json()->find("format");
    return format != document.json()->end() && format->is_string() &&
           format->get<std::string>() == "vmbench-baseline";
}

Result<Content> read(const std::string& path, const Options& options) {
    const auto text = read_input(path);
    if (!text) return tl::unexpected(text.error());
    const formats::Document document(path, *text);
    Content content{path, options.format, std::nullopt, {}};
    if (options.format == kOwnFormat || (options.format.empty() && is_parcel(document))) {
        auto parcel = store::read_parcel(*text);
        if (!parcel) return fail("cannot import '{}': {}", path, parcel.error().message);
        content.parcel = std::move(*parcel);
        return content;
    }
    const auto format = formats::choose_format(document, options.format);
    if (!format) return tl::unexpected(format.error());
    content.format = (*format)->name;
    formats::Options reading = options.reading;
    reading.file_time_ns = time_of(path);
    auto imported = formats::read(document, reading, content.format);
    if (!imported) return tl::unexpected(imported.error());
    content.imported = std::move(*imported);
    return content;
}

// Criterion writes a file for each benchmark; those of one call are one run.
Result<void> join_files(std::vector<Content>& contents) {
    std::vector<model::RunRecord> parts;
    Content* first = nullptr;
    for (Content& content : contents) {
        if (content.format != "criterion") continue;
        if (first == nullptr) first = &content;
        for (model::RunRecord& run : content.imported.runs) parts.push_back(std::move(run));
        content.imported.runs.clear();
    }
    if (parts.empty()) return {};
    auto joined = formats::join(parts);
    if (!joined) return tl::unexpected(joined.error());
    first->imported.runs.push_back(std::move(*joined));
    return {};
}

// Every file, or none: the first that cannot be read ends it before anything is stored.
Result<std::vector<Content>> read_all(const Options& options) {
    std::vector<Content> contents;
    for (const std::string& path : options.files) {
        auto content = read(path, options);
        if (!content) return tl::unexpected(content.error());
        contents.push_back(std::move(*content));
    }
    if (auto joined = join_files(contents); !joined) return tl::unexpected(joined.error());
    return contents;
}

std::vector<store::SuiteText> suites_of(const Content& content) {
    std::set<std::string> names;
    for (const model::RunRecord& run : content.imported.runs) {
        for (const model::Benchmark& benchmark : run.benchmarks) names.insert(benchmark.suite);
    }
    std::vector<store::SuiteText> suites;
    for (const std::string& name : names) {
        suites.push_back({name, name, "", fmt::format("imported ({})", content.format)});
    }
    return suites;
}

Result<void> store_foreign(store::Connection& connection, Content& content, const Globals& globals) {
    for (model::RunRecord& record : content.imported.runs) {
        record.run.command_line = globals.command_line;
        record.run.harness_version = VMBENCH_VERSION;
        record.run.note = fmt::format("imported from {} ({})", content.path, content.format);
        for (const std::string& note : content.imported.notes) record.run.note += "; " + note;
    }
    const auto added = store::add_runs(connection, suites_of(content), content.imported.runs,
                                       store::Duplicates::stay, store::system_random());
    if (!added) return fail("cannot import '{}': {}", content.path, added.error().message);
    if (!content.imported.runs.empty()) {
        fmt::print("{}: {}: {} added, {} known already\n", content.path, content.format,
                   counted(added->new_runs, "run"), added->known_runs);
    }
    for (const std::string& note : content.imported.notes) fmt::print("{}: {}\n", content.path, note);
    return {};
}

Result<void> store_parcel(store::Connection& connection, const Content& content, const Options& options) {
    const std::string& name = options.name.empty() ? content.parcel->name : options.name;
    const auto done = store::add_parcel(connection, *content.parcel, name, store::system_random());
    if (!done) return fail("cannot import '{}': {}", content.path, done.error().message);
    fmt::print("baseline {}: {} added, {} known already\n", name, counted(done->new_runs, "run"),
               done->known_runs);
    return {};
}

// The foreign runs of all files as the baseline that --name asks for.
Result<void> name_runs(store::Connection& connection, const std::vector<Content>& contents,
                       const std::string& name) {
    std::vector<std::string> ids;
    for (const Content& content : contents) {
        for (const model::RunRecord& record : content.imported.runs) ids.push_back(record.run.id);
    }
    if (name.empty() || ids.empty()) return {};
    auto set = store::set_baseline(connection, name, ids, store::system_random(), now_ns());
    if (!set) return set;
    fmt::print("baseline {} is {}\n", name, counted(ids.size(), "run"));
    return {};
}

Result<void> store_all(store::Connection& connection, std::vector<Content>& contents, const Options& options,
                       const Globals& globals) {
    auto transaction = store::Transaction::begin(connection);
    if (!transaction) return tl::unexpected(transaction.error());
    for (Content& content : contents) {
        auto stored = content.parcel ? store_parcel(connection, content, options)
                                     : store_foreign(connection, content, globals);
        if (!stored) return stored;
    }
    if (auto named = name_runs(connection, contents, options.name); !named) return named;
    return transaction->commit();
}

// Before anything is read.
Result<void> check(Options& options) {
    if (!options.name.empty()) {
        if (auto valid = store::check_baseline_name(options.name); !valid) return valid;
    }
    const std::string& suite = options.reading.suite;
    if (!suite.empty() && formats::suite_name(suite + ".") != suite) {
        return fail("--suite: '{}' must be made of letters, digits, '_', '-' and '.'", suite);
    }
    for (const std::string& text : options.metrics) {
        auto metric = formats::parse_metric(text);
        if (!metric) return fail("--metric: {}", metric.error().message);
        options.reading.metrics.push_back(std::move(*metric));
    }
    return {};
}

Outcome import_files(Options options, const Globals& globals) {
    if (auto valid = check(options); !valid) return tl::unexpected(valid.error());
    auto contents = read_all(options);
    if (!contents) return tl::unexpected(contents.error());
    const bool has_parcel = std::any_of(contents->begin(), contents->end(),
                                        [](const Content& content) { return content.parcel.has_value(); });
    if (!options.name.empty() && has_parcel && contents->size() > 1) {
        return fail("--name is for one baseline file at a time");
    }
    auto connection = open_session(globals);
    if (!connection) return tl::unexpected(connection.error());
    if (auto stored = store_all(*connection, *contents, options, globals); !stored) {
        return tl::unexpected(stored.error());
    }
    return model::ExitCode::ok;
}

std::string footer() {
    std::string text =
        "Formats are told by their content:\n"
        "  baseline          what `vmbench export` wrote\n";
    for (const formats::Format& format : formats::formats()) {
        text += fmt::format("  {:<18}{}\n", format.name, format.description);
    }
    return text +
           "A baseline of the same name is replaced. Runs are added; one that is here already stays as it "
           "is.\n";
}

}  // namespace

Action declare_import(CLI::App& app, const Globals& globals) {
    const auto options = std::make_shared<Options>();
    app.add_option("FILE", options->files, "Files of baselines or of other tools' results; -: standard input")
        ->required();
    app.add_option("--name", options->name, "Call the runs so, as a baseline")->type_name("NAME");
    app.add_option("--format", options->format, "The format, instead of looking at the content")
        ->type_name("F");
    app.add_option("--suite", options->reading.suite, "Call the suite so (default: the group or the file)")
        ->type_name("NAME");
    app.add_option("--metric", options->metrics,
                   "A metric whose better direction the format does not know, as hits:hits/s:higher")
        ->type_name("NAME:UNIT:DIRECTION")
        ->allow_extra_args(false);
    app.add_option("--machine", options->reading.machine, "The machine's name, instead of the file's CPU")
        ->type_name("NAME");
    app.add_option("--revision", options->reading.revision, "The revision that was measured")
        ->type_name("REV");
    app.footer(footer());
    return [options, &globals] { return import_files(*options, globals); };
}

}  // namespace harness::cli
