#include "harness/stats/slices.h"

#include <cmath>

#include "harness/stats/estimators.h"

namespace harness::stats {

namespace {

double per_iteration(const model::Slice& slice, SliceTime time) {
    const std::int64_t ns = time == SliceTime::cpu ? slice.cpu_ns : slice.wall_ns;
    return static_cast<double>(ns) / static_cast<double>(slice.iterations);
}

}  // namespace

std::vector<double> log_ratios(std::span<const model::Slice> slices, SliceTime time) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i + 1 < slices.size(); i += 2) {
        const model::Slice& one = slices[i];
        const model::Slice& next = slices[i + 1];
        const bool count = one.fate == model::Fate::kept && next.fate == model::Fate::kept;
        if (!count || one.side == next.side) continue;
        const double ratio = std::log(per_iteration(next, time) / per_iteration(one, time));
        ratios.push_back(next.side == model::Side::head ? ratio : -ratio);
    }
    return ratios;
}

std::optional<double> pair_value(std::span<const model::Slice> slices, SliceTime time) {
    const auto ratios = log_ratios(slices, time);
    if (ratios.empty()) return std::nullopt;
    return median(ratios);
}

Rejection rejection(std::span<const model::Slice> slices, model::Side side) {
    Rejection result;
    for (const model::Slice& slice : slices) {
        if (slice.side != side || slice.fate == model::Fate::first) continue;
        ++result.slices;
        if (slice.fate == model::Fate::disturbed) ++result.disturbed;
    }
    return result;
}

}  // namespace harness::stats
