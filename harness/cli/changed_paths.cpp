#include "harness/cli/changed_paths.h"

#include <algorithm>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "harness/cli/text.h"
#include "harness/run/changed.h"
#include "harness/run/checkout.h"

namespace harness::cli {

namespace {

// Whether the suites that were asked for are among those left out, all of them.
bool leaves_nothing(const run::ConcernedSuites& suites, const std::vector<std::string>& asked) {
    if (asked.empty()) return suites.concerned.empty();
    return std::ranges::all_of(asked, [&](const std::string& name) {
        return std::ranges::find(suites.untouched, name) != suites.untouched.end();
    });
}

model::Comparison nothing_to_measure(const run::Change& change, const std::string& head,
                                     const run::ConcernedSuites& suites) {
    model::Comparison comparison;
    comparison.method = model::Method::side_by_side;
    comparison.baseline = change.base;
    comparison.head = head;
    comparison.base_revision = change.base;
    comparison.head_revision = change.head;
    comparison.notes.push_back(fmt::format("nothing was measured: none of {} changed concerns a suite",
                                           counted(suites.changed_files, "file")));
    return comparison;
}

}  // namespace

void declare_changed_paths(CLI::App& app, ChangedPaths& options) {
    options.manifests = run::Change().manifests;
    app.add_flag("--changed-paths", options.wanted,
                 "Only suites that a changed file concerns, by the 'paths' of their manifests");
    app.add_option("--manifests", options.manifests, "Where these are in the repository")
        ->type_name("GLOB")
        ->capture_default_str();
}

Result<std::optional<model::Comparison>> narrow(const ChangedPaths& options, Matchup& matchup,
                                                run::Interrupts& interrupts) {
    const auto& repository = matchup.sides.repository;
    const auto head = run::resolve_commit(repository, matchup.head, interrupts);
    if (!head) return tl::unexpected(head.error());
    const run::Change change{repository, matchup.base, *head, options.manifests};
    const auto suites = run::concerned_suites(change, interrupts);
    if (!suites) return tl::unexpected(suites.error());
    if (leaves_nothing(*suites, matchup.select.suites))
        return nothing_to_measure(change, matchup.head, *suites);
    matchup.select.left_out = suites->untouched;
    return std::nullopt;
}

}  // namespace harness::cli
