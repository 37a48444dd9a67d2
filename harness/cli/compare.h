#pragma once

#include <string>

#include "harness/cli/command.h"
#include "harness/store/connection.h"

namespace harness::cli {

struct CompareOptions {
    std::string baseline;
    std::string run;  // empty: the newest complete one
    std::string threshold;
    std::string rules;  // a file
    bool allow_cross_machine = false;
    bool fail_on_inconclusive = false;
    std::string format = "terminal";
    std::string output = "-";
};

// Compares and prints; the exit code is the judge's.
Outcome compare_runs(const CompareOptions& options, store::Connection& connection);

}  // namespace harness::cli
