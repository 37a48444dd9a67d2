#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "harness/model/pair.h"
#include "harness/model/result.h"
#include "harness/model/worker.h"

namespace harness::run {

// Runs one slice on a side. The error is one line that says why there is none.
using RunSlice = std::function<Result<model::SliceAnswer>(model::Side side)>;

// Runs the canary where the slices run, in nanoseconds; 0 when there is none.
using RunCanary = std::function<std::int64_t()>;

// A slice counts as disturbed when the canary beside it took so many times the pair's level, or that level so
// many times the canary. The level is the lower quartile of the pair's canaries: a machine that is quiet most
// of the time is judged by its quiet moments, one with a steady neighbour by the neighbour's company. Chosen
// by the canary alone, never by what was measured. Generous, because dropping costs more than it saves: of
// 537 pairs of equal programs on a shared machine, a limit of 1.05 kept four couples of sixteen and left
// pairs that spread by 2.2 % in the middle, 1.5 kept nearly all and left 1.3 %.
inline constexpr double kDisturbed = 1.5;

// How long to go on. A couple is one slice of each side.
struct Turns {
    model::Side first = model::Side::base;
    int warm_ups = 0;  // first couples, which do not count
    int wanted = 0;    // couples that count
    int most = 0;      // couples after the warm-ups, when some are disturbed
};

// Lets the sides run in turns, ABBA, with the canary between all slices, until as many couples count as are
// wanted. Fills in slices with their fates, counters, the canary's level, and the ending: measured, or failed
// at the first slice that cannot be had.
model::Pair interleave(const RunSlice& run_slice, const RunCanary& run_canary, const Turns& turns);

// The lower quartile of the slices' canaries; 0 without a canary.
std::int64_t canary_level(const std::vector<model::Slice>& slices);

// The slices with the fate of each: the first `warm_ups` couples, then those beside which the canary was
// disturbed, and their partners.
std::vector<model::Slice> with_fates(std::vector<model::Slice> slices, int warm_ups,
                                     std::int64_t canary_level_ns);

}  // namespace harness::run
