#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace harness::stats {

// No change is looked for in a shorter series.
inline constexpr std::size_t kShortestSeries = 20;

// What lasts less is an outlier, not a level.
inline constexpr std::size_t kShortestSegment = 4;

// A level of the series that begins at `index` and its neighbour before, as medians of their values.
struct ChangePoint {
    std::size_t index = 0;  // the first value of the new level
    double before = 0;
    double after = 0;
    double size() const { return after - before; }
};

struct SegmentationRules {
    // The share of series without a change in which any is found, one at least in (permutations + 1).
    double false_alarms = 0.01;
    std::size_t permutations = 199;
    std::uint64_t seed = 1;
};

struct Segmentation {
    std::vector<ChangePoint> changes;  // by index
    double penalty = 0;                // a change must save, in squares of the series' unit
};

// Where the level of a series (one value a night, say) changes: a piecewise-constant fit that pays a penalty
// for each change (PELT: Killick, Fearnhead and Eckley 2012), on winsorised values.
//
// Robust by winsorising rather than by a robust cost: cutting wild values back to three spreads from the
// running median bounds what an outlier can do as the biweight cost does (Fearnhead and Rigaill 2019), yet
// leaves sums of squares, which need constant time for a segment and, unlike absolute deviations, give
// nothing away on normal noise.
//
// The penalty is the smallest that keeps the share `false_alarms` of random permutations of the fit's
// residuals free of changes. It is found anew, beginning without any change, as long as the fit gains
// changes: for a series without a change the rate is exact when its values are exchangeable. Values that
// follow one another, as in a slow drift, are not, and alarm more often.
//
// Time grows with permutations times the square of the length: a millisecond or so for each permutation of
// 1000 values.
Segmentation change_points(std::span<const double> series, const SegmentationRules& rules = {});

// Values further than three robust spreads from the median of the seven around them (the first and the last
// seven at the ends) are moved to that distance. (Hampel's identifier: Davies and Gather 1993) A level of
// four or more stays. So does everything where most values equal that median, as exact counts do: they have
// no spread.
std::vector<double> winsorised(std::span<const double> series);

// The first indices of all segments but the first in the partition, into segments of kShortestSegment values
// or more, that minimises the sum of squares about the segments' means plus the penalty for each change.
// Exact.
std::vector<std::size_t> penalised_fit(std::span<const double> values, double penalty);

// The smallest penalty at which that partition has no change.
double smallest_penalty_without_change(std::span<const double> values);

}  // namespace harness::stats
