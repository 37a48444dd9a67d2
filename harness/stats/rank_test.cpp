#include "harness/stats/rank.h"

#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace harness::stats {
namespace {

using Values = std::vector<double>;

double lower_tail(std::size_t m, std::size_t n, std::size_t u) {
    const auto distribution = mann_whitney_distribution(m, n);
    return std::accumulate(distribution.begin(), distribution.begin() + static_cast<std::ptrdiff_t>(u) + 1,
                           0.0);
}

TEST(MannWhitneyDistribution, OfTwoAndTwoIsKnownByHand) {
    const auto distribution = mann_whitney_distribution(2, 2);
    const Values expected{1.0 / 6, 1.0 / 6, 2.0 / 6, 1.0 / 6, 1.0 / 6};
    ASSERT_EQ(distribution.size(), expected.size());
    for (std::size_t u = 0; u < expected.size(); ++u) EXPECT_NEAR(distribution[u], expected[u], 1e-15);
}

TEST(MannWhitneyDistribution, AgreesWithThePublishedCriticalValues) {
    // Two-sided 1 %: the largest U that is significant. (Mann and Whitney's table, as in Hollander and Wolfe)
    EXPECT_LE(lower_tail(6, 6, 2), 0.005);
    EXPECT_GT(lower_tail(6, 6, 3), 0.005);
    EXPECT_LE(lower_tail(10, 10, 16), 0.005);
    EXPECT_GT(lower_tail(10, 10, 17), 0.005);
    EXPECT_LE(lower_tail(20, 20, 105), 0.005);
    EXPECT_GT(lower_tail(20, 20, 106), 0.005);
}

TEST(MannWhitneyDistribution, SumsToOneAndIsSymmetricForUnequalSizes) {
    const auto distribution = mann_whitney_distribution(7, 40);
    ASSERT_EQ(distribution.size(), 281u);
    EXPECT_NEAR(std::accumulate(distribution.begin(), distribution.end(), 0.0), 1, 1e-12);
    for (std::size_t u = 0; u <= 280; ++u) EXPECT_NEAR(distribution[u], distribution[280 - u], 1e-15);
}

TEST(MannWhitney, OfSeparatedSidesHasTheSmallestPossibleP) {
    const auto test = mann_whitney(Values{1, 2, 3, 4, 5, 6}, Values{7, 8, 9, 10, 11, 12});
    EXPECT_EQ(test.u, 36);
    EXPECT_NEAR(test.p_greater, 1.0 / 924, 1e-15);
    EXPECT_NEAR(test.p_less, 1, 1e-12);
    EXPECT_NEAR(test.p_two_sided, 2.0 / 924, 1e-15);
}

TEST(MannWhitney, AgreesWithTheDistributionWithoutTies) {
    const auto test = mann_whitney(Values{0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46},
                                   Values{1.15, 0.88, 0.9, 0.74, 1.21});
    // Hollander and Wolfe, table 4.1 (R's wilcox.test: W = 35, p = 0.1272 for the alternative "greater").
    EXPECT_EQ(test.u, 15);
    EXPECT_NEAR(test.p_less, 0.1272, 5e-5);
}

TEST(MannWhitney, WithTiesCountsAllDivisionsOfTheseValues) {
    // Of the 6 ways to draw two of {1, 1, 1, 2}, 3 hold the 2: head's {1, 2} has P(U >= observed) = 3 / 6.
    const auto test = mann_whitney(Values{1, 1}, Values{1, 2});
    EXPECT_EQ(test.u, 3);
    EXPECT_NEAR(test.p_greater, 0.5, 1e-15);
    EXPECT_NEAR(test.p_less, 1, 1e-15);
}

TEST(MannWhitney, OfEqualValuesSeesNothing) {
    EXPECT_NEAR(mann_whitney(Values{2, 2, 2}, Values{2, 2, 2}).p_two_sided, 1, 1e-12);
}

TEST(ShiftInterval, EstimatesByHodgesAndLehmann) {
    const auto shift = shift_interval(Values{0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46},
                                      Values{1.15, 0.88, 0.9, 0.74, 1.21}, 0.95);
    ASSERT_TRUE(shift.has_value());
    // R's wilcox.test(head, base, conf.int = TRUE): -0.305, interval -0.76 to 0.15.
    EXPECT_NEAR(shift->value, -0.305, 1e-12);
    EXPECT_NEAR(shift->low, -0.76, 1e-12);
    EXPECT_NEAR(shift->high, 0.15, 1e-12);
}

TEST(ShiftInterval, OfSixAndSixCutsTwoDifferencesOffEachEndAtNinetyNinePercent) {
    const Values base{0, 0, 0, 0, 0, 0};
    const auto shift = shift_interval(base, Values{1, 2, 3, 4, 5, 6}, 0.99);
    ASSERT_TRUE(shift.has_value());
    // Differences: six of each 1..6; the third lowest is 1, the third highest 6.
    EXPECT_EQ(*shift, (Estimate{3.5, 1, 6}));
}

TEST(ShiftInterval, IsNothingWhenTheValuesAreTooFew) {
    EXPECT_TRUE(shift_interval(Values{1, 2, 3, 4, 5}, Values{1, 2, 3, 4, 5}, 0.99).has_value());
    EXPECT_FALSE(shift_interval(Values{1, 2, 3, 4}, Values{1, 2, 3, 4}, 0.99).has_value());
    EXPECT_FALSE(shift_interval(Values{}, Values{1, 2}, 0.5).has_value());
}

TEST(ShiftInterval, BeyondTheExactRangeIsCloseToIt) {
    Values base(100);
    std::iota(base.begin(), base.end(), 0.0);
    Values head(101);
    std::iota(head.begin(), head.end(), 0.5);
    const auto exact = shift_interval(base, std::span(head).first(100), 0.99);
    const auto approximate = shift_interval(base, head, 0.99);
    ASSERT_TRUE(exact.has_value() && approximate.has_value());
    EXPECT_NEAR(approximate->low, exact->low, 1.0);
    EXPECT_NEAR(approximate->high, exact->high, 1.0);
}

// How often the interval holds the true shift, over many drawn comparisons.
template <class Distribution>
double coverage(std::size_t m, std::size_t n, Distribution noise) {
    constexpr int kTrials = 20'000;
    constexpr double kShift = 0.25;
    std::mt19937_64 random(20240229);
    int covered = 0;
    for (int trial = 0; trial < kTrials; ++trial) {
        Values base(m);
        Values head(n);
        for (double& value : base) value = noise(random);
        for (double& value : head) value = noise(random) + kShift;
        const auto shift = shift_interval(base, head, 0.99);
        if (shift && shift->low <= kShift && kShift <= shift->high) ++covered;
    }
    return static_cast<double>(covered) / kTrials;
}

// The attained levels are discrete, hence above nominal; the allowance is three standard errors of the
// simulation.
constexpr double kAllowance = 0.0021;

TEST(ShiftInterval, CoversAtLeastNominallyForNormalNoise) {
    EXPECT_GE(coverage(6, 6, std::normal_distribution<>(0, 1)), 0.99 - kAllowance);
    EXPECT_GE(coverage(12, 6, std::normal_distribution<>(0, 1)), 0.99 - kAllowance);
}

TEST(ShiftInterval, CoversAtLeastNominallyForNoiseWithHeavyAndOneSidedTails) {
    EXPECT_GE(coverage(6, 6, std::cauchy_distribution<>(0, 1)), 0.99 - kAllowance);
    EXPECT_GE(coverage(6, 12, std::exponential_distribution<>(1)), 0.99 - kAllowance);
}

TEST(ShiftInterval, CoversAtLeastNominallyForTiedValues) {
    EXPECT_GE(coverage(6, 6, std::poisson_distribution<>(2)), 0.99 - kAllowance);
}

}  // namespace
}  // namespace harness::stats
