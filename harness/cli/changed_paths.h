#pragma once

#include <optional>
#include <string>

#include "harness/cli/side_by_side.h"
#include "harness/model/verdict.h"

namespace harness::cli {

// Which suites to measure by what a change touches.
struct ChangedPaths {
    bool wanted = false;
    std::string manifests;
};

void declare_changed_paths(CLI::App& app, ChangedPaths& options);

// Leaves the suites out of the matchup (a commit against a revision) that no changed file concerns. Where
// none is left, the comparison that says so: then nothing need be built and measured.
Result<std::optional<model::Comparison>> narrow(const ChangedPaths& options, Matchup& matchup,
                                                run::Interrupts& interrupts);

}  // namespace harness::cli
