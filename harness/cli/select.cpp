#include "harness/cli/select.h"

#include <algorithm>

#include <CLI/CLI.hpp>

namespace harness::cli {

void declare_selection(CLI::App& app, SelectOptions& options) {
    app.add_option("SUITE", options.suites, "Suites to take (default: all)");
    app.add_option("--filter", options.filter,
                   "Only benchmarks whose id SUITE/CASE this regular expression finds")
        ->type_name("REGEX");
    // One value each time, or the suites that follow would be taken for tags.
    app.add_option("--tag", options.tags, "Only benchmarks with this tag; given again: with any of them")
        ->type_name("TAG")
        ->allow_extra_args(false);
}

namespace {

Result<run::Selection> read_selection(const SelectOptions& options, std::optional<model::Profile> profile) {
    run::Selection selection;
    selection.tags = options.tags;
    selection.profile = profile;
    if (options.filter.empty()) return selection;
    auto filter = run::parse_filter(options.filter);
    if (!filter) return tl::unexpected(filter.error());
    selection.filter = std::move(*filter);
    return selection;
}

void add(Result<run::FoundSuite> found, const run::Selection& selection, Selected& selected) {
    if (!found) {
        selected.broken.push_back(found.error().message);
        return;
    }
    auto cases = run::selected_cases(found->suite, selection);
    if (!cases.empty()) selected.suites.push_back({std::move(*found), std::move(cases)});
}

Result<Selected> unless_empty(Selected selected) {
    if (selected.suites.empty() && selected.broken.empty()) {
        return fail("no benchmark matches this selection (see `vmbench list`)");
    }
    return selected;
}

Result<run::FoundSuite> describe(const std::filesystem::path& program, run::Interrupts& interrupts) {
    if (!std::filesystem::exists(program.string() + ".json"))
        return run::describe_program(program, interrupts);
    const auto manifests = run::find_manifests(program.parent_path());
    if (!manifests) return tl::unexpected(manifests.error());
    for (const model::Manifest& manifest : *manifests) {
        if (manifest.program == program.filename())
            return run::describe_suite(program.parent_path(), manifest, interrupts);
    }
    return run::describe_program(program, interrupts);
}

}  // namespace

Result<Selected> select(const Globals& globals, const SelectOptions& options,
                        std::optional<model::Profile> profile, run::Interrupts& interrupts) {
    const auto selection = read_selection(options, profile);
    if (!selection) return tl::unexpected(selection.error());
    const auto all = run::find_manifests(globals.suite_folder);
    if (!all) return tl::unexpected(all.error());
    auto manifests = run::pick_manifests(*all, options.suites);
    if (!manifests) return tl::unexpected(manifests.error());
    std::erase_if(*manifests, [&](const model::Manifest& manifest) {
        return std::ranges::find(options.left_out, manifest.name) != options.left_out.end();
    });
    Selected selected;
    for (const model::Manifest& manifest : *manifests)
        add(run::describe_suite(globals.suite_folder, manifest, interrupts), *selection, selected);
    return unless_empty(std::move(selected));
}

void leave_out_references(Selected& selected) {
    for (SelectedSuite& suite : selected.suites) {
        std::erase_if(suite.cases, [](const model::Case& one) {
            return std::ranges::find(one.tags, model::kReferenceTag) != one.tags.end();
        });
    }
    std::erase_if(selected.suites, [](const SelectedSuite& suite) { return suite.cases.empty(); });
}

Result<Selected> select_programs(const std::vector<std::filesystem::path>& programs,
                                 const SelectOptions& options, run::Interrupts& interrupts) {
    const auto selection = read_selection(options, std::nullopt);
    if (!selection) return tl::unexpected(selection.error());
    Selected selected;
    for (const auto& program : programs) add(describe(program, interrupts), *selection, selected);
    return unless_empty(std::move(selected));
}

}  // namespace harness::cli
