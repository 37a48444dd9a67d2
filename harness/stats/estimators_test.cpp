#include "harness/stats/estimators.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace harness::stats {
namespace {

using Values = std::vector<double>;

TEST(Median, IsTheMiddleValueOrTheMeanOfTheTwoMiddleOnes) {
    EXPECT_EQ(median(Values{3, 1, 2}), 2);
    EXPECT_EQ(median(Values{4, 1, 3, 2}), 2.5);
    EXPECT_EQ(median(Values{7}), 7);
    EXPECT_TRUE(std::isnan(median(Values{})));
}

TEST(Quantile, IsLinearBetweenOrderStatistics) {
    EXPECT_EQ(quantile(Values{10, 20, 30, 40, 50}, 0.25), 20);
    EXPECT_NEAR(quantile(Values{10, 20, 30, 40, 50}, 0.9), 46, 1e-12);
    EXPECT_EQ(quantile(Values{5, 5, 5}, 0.9), 5);
    EXPECT_EQ(quantile(Values{2, 1}, 1), 2);
}

TEST(RobustSpread, IsTheScaledMedianAbsoluteDeviation) {
    // Deviations from 3: 2 1 0 1 2, their median 1.
    EXPECT_DOUBLE_EQ(robust_spread(Values{1, 2, 3, 4, 5}), 1.4826);
}

TEST(RobustSpread, IgnoresAWildValue) { EXPECT_DOUBLE_EQ(robust_spread(Values{1, 2, 3, 4, 5000}), 1.4826); }

TEST(RobustSpread, OfOneValueIsZero) { EXPECT_EQ(robust_spread(Values{4}), 0); }

TEST(MedianInterval, OfSixValuesAtNinetyFivePercentIsTheirRange) {
    // 1 - 2 / 2^6 = 0.969
    EXPECT_EQ(median_interval(Values{6, 1, 5, 2, 4, 3}, 0.95), (Estimate{3.5, 1, 6}));
}

TEST(MedianInterval, OfTenValuesLeavesOutOneOnEachSide) {
    // 1 - 2 * (1 + 10) / 2^10 = 0.979; leaving out two: 1 - 2 * (1 + 10 + 45) / 2^10 = 0.891
    EXPECT_EQ(median_interval(Values{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 0.95), (Estimate{5.5, 2, 9}));
}

TEST(MedianInterval, IsNothingWhenTheValuesAreTooFew) {
    EXPECT_FALSE(median_interval(Values{1, 2, 3, 4, 5}, 0.95).has_value());
    EXPECT_FALSE(median_interval(Values{}, 0.95).has_value());
}

TEST(GeometricMean, BalancesDoublingWithHalving) {
    const auto mean = geometric_mean(Values{2, 0.5}, 0.95);
    ASSERT_TRUE(mean.has_value());
    EXPECT_DOUBLE_EQ(mean->value, 1);
    // log 2 * t(0.975, 1 degree of freedom) = 0.693147 * 12.7062
    EXPECT_NEAR(std::log(mean->high), 8.80727, 1e-4);
    EXPECT_NEAR(std::log(mean->low), -8.80727, 1e-4);
}

TEST(GeometricMean, OfEqualRatiosIsExact) {
    const auto mean = geometric_mean(Values{1.5, 1.5, 1.5}, 0.95);
    ASSERT_TRUE(mean.has_value());
    EXPECT_NEAR(mean->low, 1.5, 1e-12);
    EXPECT_NEAR(mean->high, 1.5, 1e-12);
}

TEST(GeometricMean, OfOneRatioHasNoInterval) { EXPECT_FALSE(geometric_mean(Values{2}, 0.95).has_value()); }

}  // namespace
}  // namespace harness::stats
