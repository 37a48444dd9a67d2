#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "harness/stats/estimators.h"

namespace harness::stats {

// Wilcoxon's signed-rank test of one sample, exact up to this many values, by the normal approximation
// beyond.
inline constexpr std::size_t kExactSignedRanks = 200;

// Probability of each value 0..n(n+1)/2 of the sum of those ranks 1..n whose coin shows heads: the null
// distribution without ties. (Wilcoxon 1945; Hollander and Wolfe, Nonparametric Statistical Methods, 3.1)
std::vector<double> signed_rank_distribution(std::size_t n);

struct SignedRank {
    double w_plus = 0;     // sum of the ranks of the values above the shift
    double p_greater = 1;  // of so large a sum when the centre of symmetry is at most the shift
    double p_less = 1;     // of so small a sum when it is at least the shift
};

// Tests where the centre of symmetry of the values lies against `shift`. Exact with ties too: the
// distribution is that of random signs on the very mid-ranks seen. Values equal to the shift keep their
// rank's place and have no sign. (Pratt 1959) Without any other value both p are 1.
SignedRank signed_rank(std::span<const double> values, double shift = 0);

// How many of the lowest (or of the highest) Walsh averages of n values lie outside a one-sided interval of
// level alpha: its end is the average of that number, counted from 1. 0 when n values cannot reach alpha.
std::size_t walsh_cut(std::size_t n, double alpha);

// The k-th lowest (k from 1) of the means of all n(n+1)/2 pairs of values, each with itself included.
double walsh_average(std::span<const double> values, std::size_t k);

// The centre of symmetry by Hodges and Lehmann (1963), the median of the Walsh averages, with the exact
// interval that inverts the test (Tukey 1949; Hollander and Wolfe, 3.2 and 3.3): without ties, low exceeds d
// exactly when p_greater against d is at most low_alpha, and high likewise. Each end has its own one-sided
// level; an end is infinite where the values are too few for it. Ties make the interval cover more often. NaN
// between infinities for no values.
Estimate centre(std::span<const double> values, double low_alpha, double high_alpha);

}  // namespace harness::stats
