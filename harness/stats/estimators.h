#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace harness::stats {

// A point estimate and the confidence interval around it.
struct Estimate {
    double value = 0;
    double low = 0;
    double high = 0;
    bool operator==(const Estimate&) const = default;
};

// Middle value, or the mean of the two middle ones; NaN of nothing.
double median(std::span<const double> values);

// 1.4826 times the median absolute deviation from the median: estimates the standard deviation of normal data
// and ignores up to half of the values being wild. 0 of fewer than two values.
double robust_spread(std::span<const double> values);

// Median with its exact distribution-free interval between order statistics (binomial, p = 1/2). Nothing when
// there are too few values for the confidence asked for: six reach 0.95, eight 0.99.
std::optional<Estimate> median_interval(std::span<const double> values, double confidence);

// Geometric mean of positive ratios with Student's interval on their logarithms. Nothing for fewer than two.
std::optional<Estimate> geometric_mean(std::span<const double> ratios, double confidence);

// Value below which the fraction p of the values lies, linear between order statistics (Hyndman and Fan, type
// 7); NaN of nothing.
double quantile(std::span<const double> values, double p);

}  // namespace harness::stats
