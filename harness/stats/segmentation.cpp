#include "harness/stats/segmentation.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <random>

#include "harness/stats/estimators.h"

namespace harness::stats {

namespace {

// Of an odd number of values, so that half of them being wild never makes a middle.
constexpr std::size_t kWindow = 7;
constexpr double kSpreads = 3;
constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();

// Sums of the first 0, 1, ... values, measured from their mean so that squares of sums lose no digits.
std::vector<double> sums_of(std::span<const double> values) {
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) /
                        static_cast<double>(std::max<std::size_t>(values.size(), 1));
    std::vector<double> sums{0};
    for (const double value : values) sums.push_back(sums.back() + (value - mean));
    return sums;
}

// How much less than the sum of squares about the common mean a segment first..end costs for having its own.
double saved(const std::vector<double>& sums, std::size_t first, std::size_t end) {
    const double sum = sums[end] - sums[first];
    return sum * sum / static_cast<double>(end - first);
}

// A possible start of the last segment. Once it can no longer be the best one it stays for as long as what
// beats it is too near to begin a segment itself.
struct Candidate {
    std::size_t start;
    std::size_t until = kNever;
};

std::vector<std::size_t> trace_back(const std::vector<std::size_t>& previous) {
    std::vector<std::size_t> starts;
    for (std::size_t end = previous.size() - 1; previous[end] > 0; end = previous[end]) {
        starts.push_back(previous[end]);
    }
    std::ranges::reverse(starts);
    return starts;
}

std::vector<std::size_t> fit(const std::vector<double>& sums, double penalty) {
    const std::size_t n = sums.size() - 1;
    if (n < 2 * kShortestSegment) return {};
    std::vector<double> cost(n + 1, 0.0);  // of the best partition of the first values
    std::vector<std::size_t> previous(n + 1, 0);
    cost[0] = -penalty;
    std::vector<Candidate> candidates;
    for (std::size_t end = kShortestSegment; end <= n; ++end) {
        const std::size_t fresh = end - kShortestSegment;
        if (fresh == 0 || fresh >= kShortestSegment) candidates.push_back({fresh});
        double best = std::numeric_limits<double>::infinity();
        for (const Candidate& candidate : candidates) {
            const double total = cost[candidate.start] - saved(sums, candidate.start, end) + penalty;
            if (total >= best) continue;
            best = total;
            previous[end] = candidate.start;
        }
        cost[end] = best;
        for (Candidate& candidate : candidates) {
            const bool beaten = cost[candidate.start] - saved(sums, candidate.start, end) > best;
            if (beaten && candidate.until == kNever) candidate.until = end + kShortestSegment - 1;
        }
        std::erase_if(candidates, [&](const Candidate& candidate) { return candidate.until <= end; });
    }
    return trace_back(previous);
}

double largest_single_gain(const std::vector<double>& sums) {
    const std::size_t n = sums.size() - 1;
    double largest = 0;
    for (std::size_t at = kShortestSegment; at + kShortestSegment <= n; ++at) {
        largest = std::max(largest, saved(sums, 0, at) + saved(sums, at, n) - saved(sums, 0, n));
    }
    return largest;
}

double gain_per_change(const std::vector<double>& sums, const std::vector<std::size_t>& starts) {
    double gain = -saved(sums, 0, sums.size() - 1);
    std::size_t first = 0;
    for (const std::size_t start : starts) {
        gain += saved(sums, first, start);
        first = start;
    }
    gain += saved(sums, first, sums.size() - 1);
    return gain / static_cast<double>(starts.size());
}

// Dinkelbach's iteration (1967) for the largest gain a change: each fit that still has changes names a larger
// penalty. Begins at `floor`, and stays there when that is enough.
double smallest_penalty(const std::vector<double>& sums, double floor) {
    double penalty = floor;
    for (;;) {
        const auto starts = fit(sums, penalty);
        const double next = starts.empty() ? penalty : gain_per_change(sums, starts);
        if (!(next > penalty)) return penalty;
        penalty = next;
    }
}

std::vector<double> segment_medians(std::span<const double> series, const std::vector<std::size_t>& starts) {
    std::vector<double> medians;
    std::size_t first = 0;
    for (std::size_t i = 0; i <= starts.size(); ++i) {
        const std::size_t end = i < starts.size() ? starts[i] : series.size();
        medians.push_back(median(series.subspan(first, end - first)));
        first = end;
    }
    return medians;
}

std::vector<double> residuals(std::span<const double> series, const std::vector<std::size_t>& starts) {
    const auto medians = segment_medians(series, starts);
    std::vector<double> left(series.begin(), series.end());
    std::size_t segment = 0;
    for (std::size_t i = 0; i < left.size(); ++i) {
        if (segment < starts.size() && i == starts[segment]) ++segment;
        left[i] -= medians[segment];
    }
    return left;
}

// Fisher and Yates; std::shuffle differs between libraries.
void shuffle(std::vector<double>& values, std::mt19937_64& random) {
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random() % i]);
}

// The penalty that no more than the budget of permutations, the series itself counted as one, exceed.
double calibrated(std::vector<double> left, const SegmentationRules& rules) {
    const double permutations = static_cast<double>(rules.permutations + 1);
    const auto allowed = static_cast<std::size_t>(rules.false_alarms * permutations + 1e-9);
    if (allowed == 0) return std::numeric_limits<double>::infinity();
    std::mt19937_64 random(rules.seed);
    std::vector<double> largest(allowed, 0.0);  // descending
    for (std::size_t i = 0; i < rules.permutations; ++i) {
        shuffle(left, random);
        const auto sums = sums_of(winsorised(left));
        const double single = largest_single_gain(sums);
        const double penalty = smallest_penalty(sums, std::max(single, largest.back()));
        if (penalty <= largest.back()) continue;
        largest.back() = penalty;
        std::ranges::sort(largest, std::greater<>());
    }
    return largest.back();
}

std::vector<ChangePoint> described(std::span<const double> series, const std::vector<std::size_t>& starts) {
    const auto medians = segment_medians(series, starts);
    std::vector<ChangePoint> changes;
    for (std::size_t i = 0; i < starts.size(); ++i) {
        changes.push_back({starts[i], medians[i], medians[i + 1]});
    }
    return changes;
}

}  // namespace

std::vector<double> winsorised(std::span<const double> series) {
    std::vector<double> middles;
    std::vector<double> distances;
    for (std::size_t i = 0; i < series.size(); ++i) {
        const std::size_t length = std::min(kWindow, series.size());
        const std::size_t first = std::min(i - std::min(i, kWindow / 2), series.size() - length);
        middles.push_back(median(series.subspan(first, length)));
        distances.push_back(series[i] - middles.back());
    }
    const double reach = kSpreads * robust_spread(distances);
    if (reach == 0) return {series.begin(), series.end()};
    for (std::size_t i = 0; i < series.size(); ++i) {
        middles[i] += std::clamp(distances[i], -reach, reach);
    }
    return middles;
}

std::vector<std::size_t> penalised_fit(std::span<const double> values, double penalty) {
    return fit(sums_of(values), penalty);
}

double smallest_penalty_without_change(std::span<const double> values) {
    const auto sums = sums_of(values);
    return smallest_penalty(sums, largest_single_gain(sums));
}

Segmentation change_points(std::span<const double> series, const SegmentationRules& rules) {
    Segmentation result;
    if (series.size() < kShortestSeries) return result;
    const auto sums = sums_of(winsorised(series));
    // Residuals of a perfect fit are all alike; rounding must not pass for a change.
    constexpr double kRounding = 1e-9;
    double squares = 0;
    for (const double value : residuals(series, {})) squares += value * value;
    std::vector<std::size_t> starts;
    for (;;) {
        result.penalty = std::max(calibrated(residuals(series, starts), rules), kRounding * squares);
        if (!std::isfinite(result.penalty)) break;
        auto more = fit(sums, result.penalty);
        if (more.size() <= starts.size()) break;
        starts = std::move(more);
    }
    result.changes = described(series, starts);
    return result;
}

}  // namespace harness::stats
