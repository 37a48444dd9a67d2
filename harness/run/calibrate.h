#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "harness/model/result.h"
#include "harness/model/worker.h"
#include "harness/run/interrupts.h"
#include "harness/run/worker.h"

namespace harness::run {

// Shorter slices measure the clock and what another worker left in the caches; longer ones let one mood of a
// neighbour spoil more of a pair, whose value is the median of its couples.
inline constexpr std::chrono::nanoseconds kTargetSlice = std::chrono::milliseconds(10);

// How many iterations make a slice, and what a pair of processes will cost.
struct Calibration {
    std::int64_t iterations = 1;
    std::chrono::nanoseconds slice{};       // the timed loop
    std::chrono::nanoseconds round_trip{};  // the whole request: touching, set-up and check included
    std::chrono::nanoseconds start_up{};    // of the process, with all it does once, until it was known
    model::WorkerHello hello;
};

// Runs so many iterations once.
using RunIterations = std::function<Result<model::SliceAnswer>(std::int64_t iterations)>;

struct FoundIterations {
    std::int64_t iterations = 1;
    std::chrono::nanoseconds slice{};
};

// Iterations for a slice of about `target`, seen to take from two thirds to one and a half times that; more
// only when one iteration does. The time is that which decides: wall time for TimeSource::real, else
// processor time, of which a slice that mostly waits is cut to four times the target by the clock on the
// wall. Loops that run in batches get whole batches.
Result<FoundIterations> find_iterations(const RunIterations& run, model::TimeSource source,
                                        std::chrono::nanoseconds target);

// Asks a worker of the base for it; what it finds is used for both sides.
Result<Calibration> calibrate(const WorkerStart& what, std::chrono::nanoseconds target,
                              Interrupts& interrupts);

}  // namespace harness::run
