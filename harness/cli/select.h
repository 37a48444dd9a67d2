#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/cli/command.h"
#include "harness/run/suites.h"

namespace harness::cli {

// The selection that `list` and `run` share.
struct SelectOptions {
    std::vector<std::string> suites;
    std::string filter;
    std::vector<std::string> tags;
    std::vector<std::string> left_out = {};  // suites that are not even asked for their cases
};

void declare_selection(CLI::App& app, SelectOptions& options);

// A suite with the cases that were selected, at least one.
struct SelectedSuite {
    run::FoundSuite found;
    std::vector<model::Case> cases;
};

struct Selected {
    std::vector<SelectedSuite> suites;
    std::vector<std::string> broken;  // suites whose programs could not say what they hold, one line each
};

// Asks the suites named (all when none is) for their cases. It is an error when nothing is left to measure.
Result<Selected> select(const Globals& globals, const SelectOptions& options,
                        std::optional<model::Profile> profile, run::Interrupts& interrupts);

// The same of these Google Benchmark programs: suites, where a manifest NAME.json lies beside the program.
Result<Selected> select_programs(const std::vector<std::filesystem::path>& programs,
                                 const SelectOptions& options, run::Interrupts& interrupts);

// Rows that no change of the program can move cost as much as the others and decide nothing.
void leave_out_references(Selected& selected);

}  // namespace harness::cli
