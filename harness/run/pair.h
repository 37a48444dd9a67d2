#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "harness/model/pair.h"
#include "harness/run/canary.h"
#include "harness/run/interrupts.h"
#include "harness/run/pinning.h"

namespace harness::run {

// The suite programs of the two sides.
struct Programs {
    std::string base;
    std::string head;
};

struct PairSettings {
    std::int64_t iterations = 1;         // of each slice, see calibrate
    std::uint64_t seed = 0;              // of this pair; the same gives the same order and environments
    std::optional<Placement> placement;  // none: nothing is pinned and there is no canary (many threads)
    int warm_ups = 1;                    // couples of slices (one of each side) that are dropped at first
    int couples = 32;                    // that count
    int most_couples = 64;               // when some are disturbed
    double head_slowdown = 1;            // injected, for self-tests
    std::chrono::nanoseconds time_limit = std::chrono::seconds(20);  // of one slice
};

// Measures one pair of fresh processes of one benchmark, slice by slice in turns. The calling thread runs on
// the harness's CPU meanwhile. Never fails itself: how it ended is in the result, with all slices there are.
// Sides that greet with different definitions are not comparable.
model::Pair measure_pair(const Programs& programs, const std::string& case_id, const PairSettings& settings,
                         Interrupts& interrupts);

}  // namespace harness::run
