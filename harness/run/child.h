#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/result.h"
#include "harness/run/interrupts.h"

namespace harness::run {

// What to start. The child leads its own process group, gets no core dumps, and dies with this program.
struct Command {
    std::vector<std::string> arguments;    // arguments[0] is the program's path
    std::vector<std::string> environment;  // NAME=VALUE, added to ours
    std::chrono::nanoseconds time_limit = std::chrono::seconds(20);
    std::optional<int> cpu;                            // run on this CPU only
    std::size_t output_limit = std::size_t{64} << 20;  // bytes of standard output before it is killed
};

enum class Ending { exited, signalled, timed_out, flooded, interrupted };

// How it ended and what it used; the times of its own reaped children are included.
struct ChildReport {
    Ending ending = Ending::exited;
    int status = 0;        // exit code, or the signal when it was signalled
    std::string output;    // standard output
    std::string messages;  // the end of standard error
    std::chrono::nanoseconds duration{};
    std::chrono::nanoseconds user{};
    std::chrono::nanoseconds system{};
    std::int64_t max_rss_bytes = 0;
};

// Runs a child to its end; past the time limit, past the output limit or at an interrupt its whole group is
// killed. An error means that it could not be started.
Result<ChildReport> run_child(const Command& command, Interrupts& interrupts);

}  // namespace harness::run
