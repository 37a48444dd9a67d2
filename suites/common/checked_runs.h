#pragma once

#include <string>
#include <vector>

#include <benchmark/benchmark.h>

namespace suites::common {

// The sum of the CPU times of a command's runs, and what the last one wrote to standard error.
struct CheckedRuns {
    double seconds = 0;
    std::string messages;
};

// Runs the command once an iteration; the iteration's time is the child's: user and system, all threads,
// start to exit. A run that does not exit with 0 and print exactly `output` fails the case, with what it
// said.
CheckedRuns run_and_check(benchmark::State& state, const std::vector<std::string>& command,
                          const std::string& output);

}  // namespace suites::common
