#include "harness/stats/corrections.h"

#include <vector>

#include <gtest/gtest.h>

namespace harness::stats {
namespace {

using Values = std::vector<double>;

void expect_near(const Values& actual, const Values& expected) {
    ASSERT_EQ(actual.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(actual[i], expected[i], 1e-12) << i;
}

TEST(HolmAdjusted, StepsDownFromTheSmallest) {
    // 4 x 0.005, 3 x 0.01, 2 x 0.03; the last keeps 0.06 because adjusted values never fall.
    expect_near(holm_adjusted(Values{0.01, 0.04, 0.03, 0.005}), {0.03, 0.06, 0.06, 0.02});
}

TEST(HolmAdjusted, NeverExceedsOne) { expect_near(holm_adjusted(Values{0.6, 0.9}), {1, 1}); }

TEST(HolmAdjusted, OfNothingIsNothing) { EXPECT_TRUE(holm_adjusted(Values{}).empty()); }

TEST(HolmLevels, DivideByWhatIsNotYetRejected) {
    expect_near(holm_levels(Values{0.01, 0.04, 0.03, 0.005}, 0.05), {0.05 / 3, 0.025, 0.025, 0.0125});
}

TEST(HolmLevels, RejectWhatTheAdjustedValuesReject) {
    const Values p{0.0004, 0.2, 0.0011, 0.0012, 0.0013, 0.7, 0.0012};
    const auto levels = holm_levels(p, 0.005);
    const auto adjusted = holm_adjusted(p);
    for (std::size_t i = 0; i < p.size(); ++i) EXPECT_EQ(p[i] <= levels[i], adjusted[i] <= 0.005) << i;
}

TEST(BenjaminiHochbergAdjusted, AgreesWithThePublishedExample) {
    // Benjamini and Hochberg 1995, section 4: at 0.05 the four smallest of fifteen are rejected, where
    // Bonferroni's correction rejects three.
    const Values p{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                   0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};
    const auto adjusted = benjamini_hochberg_adjusted(p);
    for (std::size_t i = 0; i < p.size(); ++i) EXPECT_EQ(adjusted[i] <= 0.05, i < 4) << i;
    EXPECT_NEAR(adjusted[0], 0.0015, 1e-12);
    EXPECT_NEAR(adjusted[3], 0.035625, 1e-12);
    // 15/6 x 0.0278 is above 15/7 x 0.0298: the larger rank's value holds.
    EXPECT_NEAR(adjusted[5], 15.0 / 7 * 0.0298, 1e-12);
    EXPECT_EQ(adjusted[14], 1);
}

TEST(BenjaminiHochbergAdjusted, TakesTheSmallerValueOfALargerRank) {
    expect_near(benjamini_hochberg_adjusted(Values{0.03, 0.031, 0.9}), {0.0465, 0.0465, 0.9});
}

TEST(SpendAlpha, KeepsTheTotal) {
    expect_near(spend_alpha(0.005, Values{1, 4}), {0.001, 0.004});
    expect_near(spend_alpha(0.01, Values{2}), {0.01});
}

}  // namespace
}  // namespace harness::stats
