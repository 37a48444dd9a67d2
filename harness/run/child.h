#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "harness/model/result.h"
#include "harness/run/interrupts.h"
#include "harness/run/spawn.h"

namespace harness::run {

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
    std::int64_t voluntary_switches = 0;  // context switches
    std::int64_t involuntary_switches = 0;
};

// Runs a child to its end; past the time limit, past the output limit or at an interrupt its whole group is
// killed. An error means that it could not be started.
Result<ChildReport> run_child(const Command& command, Interrupts& interrupts);

}  // namespace harness::run
