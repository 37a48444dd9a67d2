#pragma once

#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harness/store/pairs.h"
#include "harness/store/trends.h"

namespace harness::duel {

// Each end of a point's interval is one-sided at this level: both together hold 99 %.
inline constexpr double kPointAlpha = 0.005;

// What a night's pairs say of the time of one benchmark.
struct BenchmarkPoint {
    std::string benchmark;  // SUITE/CASE
    int definition_version = 1;
    store::NightPoint point;  // of night 0; nanoseconds an iteration
};

// A point for each benchmark of which a pair was measured, by name; pairs of the control say nothing here.
// The centre of the pairs' log-ratios by Hodges and Lehmann with its exact interval (stats/signed_rank.h), of
// processor time; of wall time for the definitions in `wall_timed`.
std::vector<BenchmarkPoint> points_of_pairs(std::span<const store::StoredPair> pairs,
                                            const std::set<std::pair<std::string, int>>& wall_timed);

// The same point from what each pair said alone, for nights whose pairs are gone: medians stay as they are.
store::NightPoint recomputed(store::NightPoint point);

}  // namespace harness::duel
