#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "harness/stats/segmentation.h"
#include "harness/store/change_points.h"
#include "harness/store/nights.h"
#include "harness/store/trends.h"

namespace harness::duel {

// Changes are looked for among this many of the newest nights; older ones were found in their time.
inline constexpr std::size_t kNightsLookedAt = 250;

// The slope is 1, plain division by the reference, until so many differences between nights are known.
inline constexpr std::size_t kFewestDifferences = 8;

// One night of a trend. Logarithms.
struct TrendNight {
    std::int64_t night = 0;  // its number
    std::string head_revision;
    std::string reference_revision;
    double log_ratio = 0;  // head / reference
    double log_reference = 0;
};

// The nights of a trend that have a point, oldest first. `nights` is in order of number.
std::vector<TrendNight> nights_of(std::span<const store::NightPoint> points,
                                  std::span<const store::Night> nights);

struct Corrected {
    std::vector<double> values;  // one a night
    double slope = 1;
    std::map<std::string, double> levels;  // of each reference build
};

// The logarithm of head's time without what moved the reference, too:
//   log head - slope * (log reference - level of the reference build).
// Dividing by the reference (slope 1) takes the machine's movement off, but adds the reference's own noise;
// the slope is that share of the reference's movement which head repeats: the least-squares slope of head's
// differences from night to night on the reference's, both cut at three robust spreads, and no less than 0 or
// more than 1. It shrinks by just the share of the reference's variance that is noise of its own. (Fuller,
// Measurement Error Models, 1987, section 1.1)
//
// The level is the median of the build's log times. Where another reference begins it is moved so that the
// series goes on, by no more than four standard errors of the two medians: the machine has moved between
// their nights, too, and no night measured both. A change of head that is larger stays.
Corrected corrected(std::span<const TrendNight> nights);

// Changes of level, by index into the whole series, among its newest kNightsLookedAt values.
std::vector<stats::ChangePoint> find_changes(std::span<const double> values,
                                             const stats::SegmentationRules& rules);

// Whether this is a change known already: one in the same direction fewer than kShortestSegment nights away.
bool is_known(const stats::ChangePoint& change, std::span<const TrendNight> nights,
              std::span<const store::KnownChange> known);

}  // namespace harness::duel
