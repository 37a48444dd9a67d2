#include "harness/stats/power.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace harness::stats {
namespace {

// Three standard errors of the simulation at a power of one half.
constexpr double kAllowance = 0.034;

// With twelve pairs and this level all twelve must exceed the minimum effect, so the power is known: that of
// one normal value, to the twelfth.
const Design kAllOfTwelve{{}, {{12, 1.0 / 4096}}};

TEST(Sensitivity, AgreesWithTheKnownPowerWhereAllPairsMustAgree) {
    const Sensitivity sensitivity(kAllOfTwelve);
    EXPECT_NEAR(sensitivity.power(1, 1, 0), std::pow(0.8413447, 12), kAllowance);
    EXPECT_NEAR(sensitivity.power(2, 1, 0), std::pow(0.9772499, 12), kAllowance);
    EXPECT_NEAR(sensitivity.power(0.05, 0.02, 0.01), std::pow(0.9772499, 12), kAllowance);
}

TEST(Sensitivity, AgreesWithTheKnownSmallestChange) {
    // Phi(d)^12 = 1/2 at d = 1.588.
    EXPECT_NEAR(Sensitivity(kAllOfTwelve).smallest_change(0.5, 1, 0), 1.588, 0.05);
    EXPECT_NEAR(Sensitivity(kAllOfTwelve).smallest_change(0.5, 0.02, 0.01), 0.01 + 0.02 * 1.588, 0.001);
}

TEST(Sensitivity, IsTheLevelItselfWhereThereIsNoChange) {
    const Sensitivity sensitivity(Design{{}, {{24, 0.05}}});
    EXPECT_NEAR(sensitivity.power(0.01, 0.02, 0.01), 0.05, 0.015);
}

TEST(Sensitivity, FindsASmallestChangeWithThePowerAskedFor) {
    const Sensitivity sensitivity(Design{{12, 0.1}, {{12, 0.0002}, {24, 0.0008}}});
    const double change = sensitivity.smallest_change(0.9, 0.015, 0.01);
    EXPECT_NEAR(sensitivity.power(change * 1.0001, 0.015, 0.01), 0.9, 0.002);
}

TEST(Sensitivity, AgreesWithThePowerTheGateWasPlannedFor) {
    // A true 3 % against a minimum effect of 1 %, the only suspect at a family level of 0.5 %.
    const Sensitivity sensitivity(Design{{12, 0.1}, {{12, 0.001}, {24, 0.004}}});
    const double change = std::log1p(0.03);
    const double minimum = std::log1p(0.01);
    EXPECT_GE(sensitivity.power(change, 0.015, minimum), 0.99);
    EXPECT_NEAR(sensitivity.power(change, 0.020, minimum), 0.91, 0.03);
    EXPECT_NEAR(sensitivity.power(change, 0.030, minimum), 0.48, 0.04);
}

TEST(Sensitivity, NeverFindsAnythingWithTooFewPairs) {
    const Sensitivity sensitivity(Design{{}, {{5, 0.001}}});
    EXPECT_EQ(sensitivity.power(10, 0.01, 0), 0);
    EXPECT_EQ(sensitivity.smallest_change(0.5, 0.01, 0), std::numeric_limits<double>::infinity());
}

TEST(Sensitivity, OfPairsWithoutSpreadIsTheMinimumEffect) {
    EXPECT_EQ(Sensitivity(kAllOfTwelve).smallest_change(0.9, 0, 0.01), 0.01);
}

TEST(PairsNeeded, AreTheFewestThatReachThePower) {
    const auto pairs = pairs_needed(0.03, 0.02, 0.01, 0.005, 0.9, 100);
    ASSERT_TRUE(pairs.has_value());
    EXPECT_GE(Sensitivity(Design{{}, {{*pairs, 0.005}}}).power(0.03, 0.02, 0.01), 0.9);
    EXPECT_LT(Sensitivity(Design{{}, {{*pairs - 1, 0.005}}}).power(0.03, 0.02, 0.01), 0.9);
    // Normal theory: (2.576 + 1.282)^2 = 14.9, over the test's efficiency of 0.955 and a few for the level.
    EXPECT_GE(*pairs, 16u);
    EXPECT_LE(*pairs, 20u);
}

TEST(PairsNeeded, AreNoneWhenNotEvenTheMostSuffice) {
    EXPECT_FALSE(pairs_needed(0.03, 0.2, 0.01, 0.005, 0.9, 40).has_value());
    EXPECT_FALSE(pairs_needed(0.03, 0.01, 0.01, 0.005, 0.9, 0).has_value());
}

}  // namespace
}  // namespace harness::stats
