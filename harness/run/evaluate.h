#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "harness/model/run.h"
#include "harness/run/child.h"

namespace harness::run {

// What a suite program's process said, judged against what the suite describes.
struct Evaluation {
    std::vector<model::Sample> samples;          // without process ids; empty when it failed
    std::string error;                           // why it failed, one line; empty when it measured properly
    std::map<std::string, std::string> context;  // of the program's output, if that could be read
};

Evaluation evaluate(const model::Benchmark& benchmark, const ChildReport& report,
                    std::chrono::nanoseconds time_limit);

// Why a process is no good whatever it printed; empty when it ended by itself, with whatever code.
std::string bad_ending(const ChildReport& report, std::chrono::nanoseconds time_limit);

// The exit code, or 128 + the signal of a process that was killed.
std::int64_t exit_status(const ChildReport& report);

// A filter that matches this case and no other.
std::string exact_filter(const std::string& case_id);

// The command line by which a Google Benchmark program measures this case alone and prints JSON.
std::vector<std::string> benchmark_command(const std::string& program, const std::string& case_id,
                                           std::chrono::nanoseconds slice,
                                           const std::vector<std::string>& flags);

}  // namespace harness::run
