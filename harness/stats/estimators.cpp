#include "harness/stats/estimators.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <boost/math/distributions/students_t.hpp>

namespace harness::stats {

namespace {

std::vector<double> sorted(std::span<const double> values) {
    std::vector<double> copy(values.begin(), values.end());
    std::ranges::sort(copy);
    return copy;
}

// How many of the lowest and of the highest order statistics an interval of this confidence leaves out, at
// most. Nothing when even all values do not reach it.
std::optional<std::size_t> left_out(std::size_t n, double confidence) {
    double term = std::pow(0.5, static_cast<double>(n));
    double tail = 0;
    std::optional<std::size_t> result;
    for (std::size_t k = 0; k < n / 2; ++k) {
        tail += term;
        if (tail > (1 - confidence) / 2) break;
        result = k;
        term *= static_cast<double>(n - k) / static_cast<double>(k + 1);
    }
    return result;
}

}  // namespace

double median(std::span<const double> values) { return quantile(values, 0.5); }

double robust_spread(std::span<const double> values) {
    constexpr double kNormalConsistency = 1.4826;
    if (values.size() < 2) return 0;
    const double middle = median(values);
    std::vector<double> deviations;
    for (const double value : values) deviations.push_back(std::abs(value - middle));
    return kNormalConsistency * median(deviations);
}

std::optional<Estimate> median_interval(std::span<const double> values, double confidence) {
    const auto skip = left_out(values.size(), confidence);
    if (!skip) return std::nullopt;
    const auto order = sorted(values);
    return Estimate{median(values), order[*skip], order[order.size() - 1 - *skip]};
}

std::optional<Estimate> geometric_mean(std::span<const double> ratios, double confidence) {
    if (ratios.size() < 2) return std::nullopt;
    const auto n = static_cast<double>(ratios.size());
    double mean = 0;
    for (const double ratio : ratios) mean += std::log(ratio) / n;
    double squares = 0;
    for (const double ratio : ratios) squares += std::pow(std::log(ratio) - mean, 2);
    const boost::math::students_t distribution(n - 1);
    const double reach =
        boost::math::quantile(distribution, 0.5 + confidence / 2) * std::sqrt(squares / (n - 1) / n);
    return Estimate{std::exp(mean), std::exp(mean - reach), std::exp(mean + reach)};
}

double quantile(std::span<const double> values, double p) {
    if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
    const auto order = sorted(values);
    const double position = std::clamp(p, 0.0, 1.0) * static_cast<double>(order.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const std::size_t above = std::min(below + 1, order.size() - 1);
    const double fraction = position - static_cast<double>(below);
    // Not low + fraction * (high - low): that is NaN between equal infinities and rounds between equal
    // values.
    if (fraction == 0 || order[below] == order[above]) return order[below];
    return order[below] * (1 - fraction) + order[above] * fraction;
}

}  // namespace harness::stats
