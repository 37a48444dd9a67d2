#include "harness/duel/trend.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "harness/stats/estimators.h"

namespace harness::duel {

namespace {

constexpr double kSpreads = 3;
constexpr std::size_t kNightsJoined = 10;  // on each side of a new reference
constexpr double kStandardErrors = 4;
constexpr double kMedianError = 1.2533;  // standard error of a median of normal values, in those of a mean

// Values further than three robust spreads from 0 are moved to that distance; a step of head's level is none
// of the machine's movement.
void cut(std::vector<double>& differences) {
    const double most = kSpreads * stats::robust_spread(differences);
    if (most <= 0) return;
    for (double& difference : differences) difference = std::clamp(difference, -most, most);
}

double slope_of(std::span<const TrendNight> nights) {
    std::vector<double> head;
    std::vector<double> reference;
    for (std::size_t i = 1; i < nights.size(); ++i) {
        if (nights[i].reference_revision != nights[i - 1].reference_revision) continue;
        const double moved = nights[i].log_reference - nights[i - 1].log_reference;
        reference.push_back(moved);
        head.push_back(moved + nights[i].log_ratio - nights[i - 1].log_ratio);
    }
    if (head.size() < kFewestDifferences) return 1;
    cut(head);
    cut(reference);
    double both = 0;
    double square = 0;
    for (std::size_t i = 0; i < head.size(); ++i) {
        both += head[i] * reference[i];
        square += reference[i] * reference[i];
    }
    return square > 0 ? std::clamp(both / square, 0.0, 1.0) : 1;
}

using Levels = std::map<std::string, double>;
using Counts = std::map<std::string, std::size_t>;

// The median log time of each reference build.
Levels levels_of(std::span<const TrendNight> nights) {
    std::map<std::string, std::vector<double>> times;
    for (const TrendNight& night : nights) times[night.reference_revision].push_back(night.log_reference);
    Levels levels;
    for (const auto& [revision, values] : times) levels.emplace(revision, stats::median(values));
    return levels;
}

double value_of(const TrendNight& night, double slope, const Levels& levels) {
    const double moved = night.log_reference - levels.at(night.reference_revision);
    return night.log_reference + night.log_ratio - slope * moved;
}

double reference_spread(std::span<const TrendNight> nights, const Levels& levels) {
    std::vector<double> moved;
    for (const TrendNight& night : nights)
        moved.push_back(night.log_reference - levels.at(night.reference_revision));
    return stats::robust_spread(moved);
}

// Median of the corrected values of these nights.
double level_beside(std::span<const TrendNight> nights, double slope, const Levels& levels) {
    std::vector<double> values;
    for (const TrendNight& night : nights) values.push_back(value_of(night, slope, levels));
    return stats::median(values);
}

// Moves the level of each reference that is new at some night so that the series goes on there.
void join(std::span<const TrendNight> nights, double slope, Levels& levels) {
    if (slope <= 0 || levels.size() < 2) return;
    const double spread = reference_spread(nights, levels);
    Counts count;
    for (const TrendNight& night : nights) ++count[night.reference_revision];
    std::set<std::string> seen{nights.front().reference_revision};
    for (std::size_t i = 1; i < nights.size(); ++i) {
        const std::string& fresh = nights[i].reference_revision;
        if (!seen.insert(fresh).second) continue;
        std::size_t end = i;
        while (end < nights.size() && end < i + kNightsJoined && nights[end].reference_revision == fresh)
            ++end;
        const std::size_t begin = i - std::min(i, kNightsJoined);
        const double step = level_beside(nights.subspan(i, end - i), slope, levels) -
                            level_beside(nights.subspan(begin, i - begin), slope, levels);
        const double nights_before = static_cast<double>(count[nights[i - 1].reference_revision]);
        const double nights_after = static_cast<double>(count[fresh]);
        const double most =
            kStandardErrors * slope * spread * kMedianError * std::sqrt(1 / nights_before + 1 / nights_after);
        levels[fresh] -= std::clamp(step, -most, most) / slope;
    }
}

}  // namespace

std::vector<TrendNight> nights_of(std::span<const store::NightPoint> points,
                                  std::span<const store::Night> nights) {
    std::vector<TrendNight> all;
    for (const store::NightPoint& point : points) {
        const auto night = std::ranges::lower_bound(nights, point.night, {}, &store::Night::number);
        if (night == nights.end() || night->number != point.night) continue;
        if (!(point.reference > 0) || !std::isfinite(point.log_ratio)) continue;
        all.push_back({point.night, night->head_revision, night->reference_revision, point.log_ratio,
                       std::log(point.reference)});
    }
    return all;
}

Corrected corrected(std::span<const TrendNight> nights) {
    Corrected result;
    result.slope = slope_of(nights);
    result.levels = levels_of(nights);
    join(nights, result.slope, result.levels);
    for (const TrendNight& night : nights)
        result.values.push_back(value_of(night, result.slope, result.levels));
    return result;
}

std::vector<stats::ChangePoint> find_changes(std::span<const double> values,
                                             const stats::SegmentationRules& rules) {
    const std::size_t skipped = values.size() > kNightsLookedAt ? values.size() - kNightsLookedAt : 0;
    auto changes = stats::change_points(values.subspan(skipped), rules).changes;
    for (stats::ChangePoint& change : changes) change.index += skipped;
    return changes;
}

bool is_known(const stats::ChangePoint& change, std::span<const TrendNight> nights,
              std::span<const store::KnownChange> known) {
    return std::ranges::any_of(known, [&](const store::KnownChange& other) {
        const bool same_way = (other.level_after > other.level_before) == (change.size() > 0);
        const auto at = std::ranges::lower_bound(nights, other.first_night, {}, &TrendNight::night);
        const auto index = static_cast<std::size_t>(at - nights.begin());
        const std::size_t away = std::max(index, change.index) - std::min(index, change.index);
        return same_way && away < stats::kShortestSegment;
    });
}

}  // namespace harness::duel
