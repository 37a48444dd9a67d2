#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "harness/stats/estimators.h"

namespace harness::stats {

// Probability of each value 0..m*n of the Mann-Whitney statistic U of m and n values without ties when both
// sides are alike. Exact, by the recurrence of Mann and Whitney (1947) on probabilities, all terms positive.
// m * n steps of m * n each: meant for up to some 10,000 pairs.
std::vector<double> mann_whitney_distribution(std::size_t m, std::size_t n);

// U counts the pairs in which head is above base, ties by half.
struct MannWhitney {
    double u = 0;
    double p_greater = 1;  // of so large a U when both sides are alike
    double p_less = 1;
    double p_two_sided = 1;
};

// Exact also with ties: the distribution is that over all ways to divide these very values. Both sides have
// values.
MannWhitney mann_whitney(std::span<const double> base, std::span<const double> head);

// How far head is shifted against base: the Hodges-Lehmann estimate (median of all pairwise differences head
// - base) with Moses' interval, which inverts the Mann-Whitney test (Hollander and Wolfe, 4.3). Exact up to
// 10,000 pairs, by the normal approximation beyond. Nothing when there are too few values for the confidence
// asked for: 5 and 5 reach 0.99. Ties make the interval cover more often, not less.
std::optional<Estimate> shift_interval(std::span<const double> base, std::span<const double> head,
                                       double confidence);

}  // namespace harness::stats
