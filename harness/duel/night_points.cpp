#include "harness/duel/night_points.h"

#include <cmath>
#include <map>

#include "harness/stats/estimators.h"
#include "harness/stats/signed_rank.h"
#include "harness/stats/slices.h"

namespace harness::duel {

namespace {

using Key = std::pair<std::string, int>;

struct Gathered {
    std::vector<float> values;
    std::vector<double> reference;  // nanoseconds an iteration, of slices that count
    std::vector<double> head;
};

void gather(const model::Pair& pair, stats::SliceTime time, Gathered& into) {
    const auto value = stats::pair_value(pair.slices, time);
    if (!value || !std::isfinite(*value)) return;
    into.values.push_back(static_cast<float>(*value));
    for (const model::Slice& slice : pair.slices) {
        if (slice.fate != model::Fate::kept || slice.iterations == 0) continue;
        const std::int64_t ns = time == stats::SliceTime::cpu ? slice.cpu_ns : slice.wall_ns;
        auto& times = slice.side == model::Side::base ? into.reference : into.head;
        times.push_back(static_cast<double>(ns) / static_cast<double>(slice.iterations));
    }
}

std::optional<double> finite(double value) {
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

}  // namespace

store::NightPoint recomputed(store::NightPoint point) {
    const std::vector<double> values(point.values.begin(), point.values.end());
    const auto centre = stats::centre(values, kPointAlpha, kPointAlpha);
    point.log_ratio = centre.value;
    point.low = finite(centre.low);
    point.high = finite(centre.high);
    point.spread = stats::robust_spread(values);
    return point;
}

std::vector<BenchmarkPoint> points_of_pairs(std::span<const store::StoredPair> pairs,
                                            const std::set<Key>& wall_timed) {
    std::map<Key, Gathered> gathered;
    for (const store::StoredPair& stored : pairs) {
        if (stored.stage == store::Stage::control) continue;
        if (stored.pair.ending != model::PairEnding::measured) continue;
        const Key key{stored.benchmark, stored.definition_version};
        const bool wall = wall_timed.contains(key);
        gather(stored.pair, wall ? stats::SliceTime::wall : stats::SliceTime::cpu, gathered[key]);
    }
    std::vector<BenchmarkPoint> points;
    for (auto& [key, of] : gathered) {
        if (of.values.empty()) continue;
        store::NightPoint point;
        point.head = stats::median(of.head);
        point.reference = stats::median(of.reference);
        point.values = std::move(of.values);
        points.push_back({key.first, key.second, recomputed(std::move(point))});
    }
    return points;
}

}  // namespace harness::duel
