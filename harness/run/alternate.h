#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/pair.h"
#include "harness/run/canary.h"
#include "harness/run/interrupts.h"
#include "harness/run/pinning.h"

namespace harness::run {

// How the time of a whole process is known: from the Google Benchmark JSON that it prints, or from what the
// process with its children used in all, as one iteration.
enum class ProcessTime { google_benchmark, whole };

// What to run on each side: a program's path and its arguments.
struct CommandLines {
    std::vector<std::string> base;
    std::vector<std::string> head;
};

struct AlternateSettings {
    ProcessTime time = ProcessTime::google_benchmark;
    std::string case_id;  // the only result wanted of google_benchmark
    std::uint64_t seed = 0;
    std::optional<Placement> placement;  // as in PairSettings
    int warm_ups = 0;
    int couples = 2;
    int most_couples = 4;
    std::chrono::nanoseconds time_limit = std::chrono::seconds(20);  // of one process
};

// A pair for programs without worker mode and for plain command lines: every slice is a fresh process with an
// environment of its own random size, base and head in turns. The result says so in its method. Much coarser
// than slices: pairs of whole processes differ by 3 to 15 %.
model::Pair alternate(const CommandLines& commands, const AlternateSettings& settings,
                      Interrupts& interrupts);

}  // namespace harness::run
