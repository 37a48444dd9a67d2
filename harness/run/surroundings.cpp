#include "harness/run/surroundings.h"

#include <chrono>

#include "harness/run/canary.h"
#include "harness/run/steal.h"

namespace harness::run {

namespace {

using Clock = std::chrono::steady_clock;

model::Pair measure_pinned(const Placement& placement, const MeasurePair& measure) {
    const auto pin = Pin::create(placement.harness);
    if (!pin) {
        model::Pair pair;
        pair.ending = model::PairEnding::failed;
        pair.error = pin.error().message;
        return pair;
    }
    auto pair = measure([&] { return run_canary_on(placement.workers, placement.harness); });
    pair.worker_cpu = placement.workers;
    pair.harness_cpu = placement.harness;
    return pair;
}

}  // namespace

model::Pair measure_in_place(const std::optional<Placement>& placement, Interrupts& interrupts,
                             const MeasurePair& measure) {
    const auto cpu = placement ? std::optional(placement->workers) : std::nullopt;
    const auto steal_before = steal_time(cpu);
    const auto started = Clock::now();
    model::Pair pair = placement ? measure_pinned(*placement, measure) : measure(nullptr);
    pair.duration_ns = std::chrono::nanoseconds(Clock::now() - started).count();
    if (const auto steal_after = steal_time(cpu); steal_before && steal_after) {
        pair.steal_ns = (*steal_after - *steal_before).count();
    }
    if (pair.ending == model::PairEnding::failed && interrupts.pending()) {
        pair.ending = model::PairEnding::interrupted;
        pair.failed_side.reset();
    }
    return pair;
}

}  // namespace harness::run
