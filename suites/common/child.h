#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace suites::common {

// How a child process ended, what it printed, and the CPU time that it alone used (user and system, start-up
// included), as the kernel accounted it.
struct ChildResult {
    int exit_code = 0;  // 128 + the signal when one ended it
    std::string output;
    std::string messages;  // standard error
    std::chrono::nanoseconds cpu_time{};
};

// Runs command[0] (a path) with its arguments to its end, standard input empty. The error says why it did not
// start.
tl::expected<ChildResult, std::string> run_child(const std::vector<std::string>& command);

}  // namespace suites::common
