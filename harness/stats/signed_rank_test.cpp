#include "harness/stats/signed_rank.h"

#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace harness::stats {
namespace {

using Values = std::vector<double>;

// Hamilton's depression scale before less after, nine patients. (Hollander and Wolfe, table 3.1)
const Values& hamilton() {
    static const Values values{0.952, -0.147, 1.022, 0.43, 0.62, 0.59, 0.49, -0.08, 0.01};
    return values;
}

double lower_tail(std::size_t n, std::size_t w) {
    const auto distribution = signed_rank_distribution(n);
    return std::accumulate(distribution.begin(), distribution.begin() + static_cast<std::ptrdiff_t>(w) + 1,
                           0.0);
}

TEST(SignedRankDistribution, OfThreeIsKnownByHand) {
    // Subsets of {1, 2, 3} by sum: 0, 1, 2, 3 (twice), 4, 5, 6.
    EXPECT_EQ(signed_rank_distribution(3), (Values{0.125, 0.125, 0.125, 0.25, 0.125, 0.125, 0.125}));
}

TEST(SignedRankDistribution, AgreesWithThePublishedCriticalValues) {
    // The largest W that is significant on one side. (Wilcoxon's table, as in Hollander and Wolfe, A.4)
    EXPECT_NEAR(lower_tail(9, 5), 0.01953125, 1e-15);
    EXPECT_LE(lower_tail(10, 8), 0.025);
    EXPECT_GT(lower_tail(10, 9), 0.025);
    EXPECT_LE(lower_tail(12, 7), 0.005);
    EXPECT_GT(lower_tail(12, 8), 0.005);
    EXPECT_LE(lower_tail(20, 52), 0.025);
    EXPECT_GT(lower_tail(20, 53), 0.025);
    EXPECT_LE(lower_tail(24, 69), 0.01);
    EXPECT_GT(lower_tail(24, 70), 0.01);
    EXPECT_LE(lower_tail(50, 373), 0.005);
    EXPECT_GT(lower_tail(50, 374), 0.005);
}

TEST(SignedRankDistribution, OfAHundredSumsToOneAndIsSymmetric) {
    const auto distribution = signed_rank_distribution(100);
    ASSERT_EQ(distribution.size(), 5051u);
    EXPECT_NEAR(std::accumulate(distribution.begin(), distribution.end(), 0.0), 1, 1e-12);
    for (std::size_t w = 0; w <= 5050; ++w) EXPECT_NEAR(distribution[w], distribution[5050 - w], 1e-15);
}

TEST(SignedRank, AgreesWithThePublishedExample) {
    const auto test = signed_rank(hamilton());
    EXPECT_EQ(test.w_plus, 40);
    EXPECT_NEAR(test.p_greater, 0.01953125, 1e-15);
    EXPECT_NEAR(test.p_less, 0.986328125, 1e-15);
}

TEST(SignedRank, OfOneSidedValuesHasTheSmallestPossibleP) {
    const auto test = signed_rank(Values{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
    EXPECT_EQ(test.w_plus, 78);
    EXPECT_EQ(test.p_greater, 1.0 / 4096);
    EXPECT_EQ(test.p_less, 1);
}

TEST(SignedRank, IsMeasuredFromTheShift) {
    Values moved = hamilton();
    for (double& value : moved) value += 8;
    EXPECT_NEAR(signed_rank(moved, 8).p_greater, 0.01953125, 1e-15);
    EXPECT_EQ(signed_rank(moved, 20).p_less, 1.0 / 512);
}

TEST(SignedRank, WithTiesAndZerosCountsAllSignsOfTheseRanks) {
    // Mid-ranks 1.5 1.5 | 3.5 3.5 | 5.5 5.5 | 7 | 8; the two zeros have no sign: of 64 signings, 14
    // reach 22.5.
    const auto test = signed_rank(Values{0, 0, 1, -1, 2, 2, -3, 4});
    EXPECT_EQ(test.w_plus, 22.5);
    EXPECT_NEAR(test.p_greater, 0.21875, 1e-15);
    EXPECT_NEAR(test.p_less, 0.8125, 1e-15);
}

TEST(SignedRank, OfEqualValuesIsTheSignTest) {
    const Values same(12, 0.02);
    EXPECT_EQ(signed_rank(same, 0.01).p_greater, 1.0 / 4096);
    EXPECT_EQ(signed_rank(same, 0.02).p_greater, 1);
    EXPECT_EQ(signed_rank(same, 0.02).p_less, 1);
}

TEST(SignedRank, OfNothingSeesNothing) { EXPECT_EQ(signed_rank(Values{}).p_greater, 1); }

TEST(SignedRank, BeyondTheExactRangeIsCloseToIt) {
    std::mt19937_64 random(11);
    std::normal_distribution<> noise(0.1, 1);
    Values values(kExactSignedRanks + 1);
    for (double& value : values) value = noise(random);
    const auto approximate = signed_rank(values);
    const auto exact = signed_rank(std::span(values).first(kExactSignedRanks));
    EXPECT_NEAR(approximate.p_greater, exact.p_greater, 0.02);
    EXPECT_NEAR(approximate.p_less, exact.p_less, 0.02);
}

TEST(WalshCut, LeavesOutWhatTheTablesAllow) {
    EXPECT_EQ(walsh_cut(12, 0.005), 8u);
    EXPECT_EQ(walsh_cut(24, 0.005), 62u);
    EXPECT_EQ(walsh_cut(12, 1.0 / 4096), 1u);
    EXPECT_EQ(walsh_cut(12, 1.0 / 4097), 0u);
    EXPECT_EQ(walsh_cut(0, 0.5), 0u);
}

TEST(WalshCut, HardlyChangesWhereTheApproximationBegins) {
    const auto exact = static_cast<double>(walsh_cut(kExactSignedRanks, 0.005));
    const auto approximate = static_cast<double>(walsh_cut(kExactSignedRanks + 1, 0.005));
    EXPECT_NEAR(approximate / exact, 1.01, 0.005);
}

TEST(WalshAverage, CountsFromTheLowest) {
    // Of 1, 2, 4: 1 1.5 2 2.5 3 4
    EXPECT_EQ(walsh_average(Values{4, 1, 2}, 1), 1);
    EXPECT_EQ(walsh_average(Values{4, 1, 2}, 4), 2.5);
    EXPECT_EQ(walsh_average(Values{4, 1, 2}, 6), 4);
}

TEST(Centre, AgreesWithThePublishedExample) {
    // Hollander and Wolfe, examples 3.3 and 3.4: 0.46, and -0.010 to -0.786 (their sign) at 96.1 %.
    const auto estimate = centre(hamilton(), 0.025, 0.025);
    EXPECT_NEAR(estimate.value, 0.46, 1e-12);
    EXPECT_NEAR(estimate.low, 0.01, 1e-12);
    EXPECT_NEAR(estimate.high, 0.786, 1e-12);
}

TEST(Centre, HasInfiniteEndsWhereTheValuesAreTooFew) {
    const auto estimate = centre(Values{1, 2, 3, 4, 5}, 0.005, 0.05);
    EXPECT_EQ(estimate.value, 3);
    EXPECT_EQ(estimate.low, -std::numeric_limits<double>::infinity());
    EXPECT_EQ(estimate.high, 5);
    EXPECT_TRUE(std::isnan(centre(Values{}, 0.5, 0.5).value));
}

TEST(Centre, EndsWhereTheTestStopsRejecting) {
    std::mt19937_64 random(5);
    std::normal_distribution<> noise(0, 1);
    for (int trial = 0; trial < 200; ++trial) {
        Values values(12);
        for (double& value : values) value = noise(random);
        const auto estimate = centre(values, 0.01, 0.03);
        EXPECT_LE(signed_rank(values, estimate.low - 1e-9).p_greater, 0.01);
        EXPECT_GT(signed_rank(values, estimate.low + 1e-9).p_greater, 0.01);
        EXPECT_LE(signed_rank(values, estimate.high + 1e-9).p_less, 0.03);
        EXPECT_GT(signed_rank(values, estimate.high - 1e-9).p_less, 0.03);
    }
}

// How often a one-sided end at 1 % lies beyond the true centre, 0.
template <class Draw>
double wrong(std::size_t n, Draw draw) {
    constexpr int kTrials = 10'000;
    std::mt19937_64 random(20240229);
    const std::size_t cut = walsh_cut(n, 0.01);
    int above = 0;
    for (int trial = 0; trial < kTrials; ++trial) {
        Values values(n);
        for (double& value : values) value = draw(random);
        if (walsh_average(values, cut) > 0) ++above;
    }
    return static_cast<double>(above) / kTrials;
}

// Three standard errors of the simulation.
constexpr double kAllowance = 0.003;

TEST(Centre, IsBeyondTheTruthAtMostNominallyForHeavyTails) {
    EXPECT_LE(wrong(12, std::cauchy_distribution<>(0, 1)), 0.01 + kAllowance);
}

TEST(Centre, IsBeyondTheTruthAtMostNominallyForTwoModes) {
    EXPECT_LE(wrong(12,
                    [](std::mt19937_64& random) {
                        const double side = std::bernoulli_distribution(0.5)(random) ? 1 : -1;
                        return side + std::normal_distribution<>(0, 0.1)(random);
                    }),
              0.01 + kAllowance);
}

TEST(Centre, IsBeyondTheTruthAtMostNominallyForTiedValues) {
    EXPECT_LE(wrong(12,
                    [](std::mt19937_64& random) {
                        return static_cast<double>(std::uniform_int_distribution<>(-2, 2)(random));
                    }),
              0.01 + kAllowance);
}

}  // namespace
}  // namespace harness::stats
