#include "harness/cli/select.h"

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

Result<Selected> select(const Globals& globals, const SelectOptions& options,
                        std::optional<model::Profile> profile, run::Interrupts& interrupts) {
    run::Selection selection;
    selection.tags = options.tags;
    selection.profile = profile;
    if (!options.filter.empty()) {
        auto filter = run::parse_filter(options.filter);
        if (!filter) return tl::unexpected(filter.error());
        selection.filter = std::move(*filter);
    }
    const auto all = run::find_manifests(globals.suite_folder);
    if (!all) return tl::unexpected(all.error());
    const auto manifests = run::pick_manifests(*all, options.suites);
    if (!manifests) return tl::unexpected(manifests.error());
    Selected selected;
    for (const model::Manifest& manifest : *manifests) {
        auto found = run::describe_suite(globals.suite_folder, manifest, interrupts);
        if (!found) {
            selected.broken.push_back(found.error().message);
            continue;
        }
        auto cases = run::selected_cases(found->suite, selection);
        if (!cases.empty()) selected.suites.push_back({std::move(*found), std::move(cases)});
    }
    if (selected.suites.empty() && selected.broken.empty()) {
        return fail("no benchmark matches this selection (see `vmbench list`)");
    }
    return selected;
}

}  // namespace harness::cli
