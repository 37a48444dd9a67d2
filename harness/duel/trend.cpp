#include "harness/duel/trend.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "harness/stats/estimators.h"

namespace harness::duel {

namespace {

constexpr double kSpreads = 3;

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

// The median log time of each reference build.
std::map<std::string, double> levels_of(std::span<const TrendNight> nights) {
    std::map<std::string, std::vector<double>> times;
    for (const TrendNight& night : nights) times[night.reference_revision].push_back(night.log_reference);
    std::map<std::string, double> levels;
    for (const auto& [revision, values] : times) levels.emplace(revision, stats::median(values));
    return levels;
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
    const auto levels = levels_of(nights);
    for (const TrendNight& night : nights) {
        const double moved = night.log_reference - levels.at(night.reference_revision);
        result.values.push_back(night.log_reference + night.log_ratio - result.slope * moved);
    }
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
