#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/cli/command.h"
#include "harness/cli/select.h"
#include "harness/cli/text.h"

namespace harness::cli {

namespace {

struct Options {
    SelectOptions select;
    bool benchmarks = false;
};

std::string suites_table(const Selected& selected) {
    std::vector<std::vector<std::string>> rows;
    for (const SelectedSuite& suite : selected.suites) {
        const model::Suite& about = suite.found.suite;
        rows.push_back({about.manifest.name, counted(suite.cases.size(), "benchmark"), about.manifest.title});
    }
    return aligned(rows);
}

std::string benchmarks_table(const Selected& selected) {
    std::vector<std::vector<std::string>> rows;
    for (const SelectedSuite& suite : selected.suites) {
        for (const model::Case& one : suite.cases) {
            rows.push_back({model::benchmark_id(suite.found.suite.manifest.name, one.id),
                            fmt::format("{}", fmt::join(one.tags, ","))});
        }
    }
    return aligned(rows);
}

Outcome list(const Options& options, const Globals& globals) {
    auto interrupts = run::Interrupts::create();
    if (!interrupts) return tl::unexpected(interrupts.error());
    const auto selected = select(globals, options.select, std::nullopt, *interrupts);
    if (!selected) return tl::unexpected(selected.error());
    const SelectOptions& asked = options.select;
    const bool narrowed = !asked.suites.empty() || !asked.filter.empty() || !asked.tags.empty();
    fmt::print("{}", narrowed || options.benchmarks ? benchmarks_table(*selected) : suites_table(*selected));
    for (const std::string& line : selected->broken) say(line);
    return selected->broken.empty() ? model::ExitCode::ok : model::ExitCode::measurement_failed;
}

}  // namespace

Action declare_list(CLI::App& app, const Globals& globals) {
    const auto options = std::make_shared<Options>();
    declare_selection(app, options->select);
    app.add_flag("--benchmarks", options->benchmarks, "Benchmarks and their tags instead of suites");
    app.footer("Naming a suite, a filter or a tag shows benchmarks, too.\n");
    return [options, &globals] { return list(*options, globals); };
}

}  // namespace harness::cli
