#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "harness/cli/command.h"
#include "harness/cli/side_by_side.h"

namespace harness::cli {

// What became of the changes that were tested.
struct Tested {
    std::size_t worse = 0;  // confirmed, and for the worse
    std::size_t left = 0;   // not tested yet
    std::vector<std::string> lines;
};

// Tests the changes of a machine class that are only found, newest first: both commits side by side, as
// `matchup` says (sides, minimum effect), until its budget is spent. What is void, or begun too late, is left
// for another night.
tl::expected<Tested, Failure> confirm_changes(store::Connection& connection, const std::string& machine_class,
                                              const Matchup& matchup, const Globals& globals,
                                              run::Interrupts& interrupts);

}  // namespace harness::cli
