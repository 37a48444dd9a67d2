#include "harness/judge/relink.h"

#include <cmath>

#include <gtest/gtest.h>

#include "harness/judge/paired.h"

namespace harness::judge {
namespace {

TEST(RelinkSpread, IsTheRangeOfTheOrdersMedians) {
    const std::vector<std::vector<double>> orders = {{std::log(1.02), std::log(1.02), std::log(2.0)},
                                                     {std::log(0.99)}};
    EXPECT_NEAR(relink_spread(orders), 1.02 / 0.99 - 1, 1e-12);
}

TEST(RelinkSpread, TheFirstOrderIsOneOfThem) {
    const std::vector<std::vector<double>> orders = {{std::log(1.03)}, {std::log(1.02)}};
    EXPECT_NEAR(relink_spread(orders), 0.03, 1e-12);
}

TEST(RelinkSpread, WhatWasNotMeasuredIsLeftOut) {
    const std::vector<std::vector<double>> orders = {{}, {std::log(1.01)}};
    EXPECT_NEAR(relink_spread(orders), 0.01, 1e-12);
    EXPECT_EQ(relink_spread({}), 0);
}

TEST(RelinkSpread, RaisesTheMinimumEffect) {
    const std::vector<std::vector<double>> orders = {{std::log(1.04)}};
    EXPECT_NEAR(minimum_effect(0.02, relink_spread(orders)), 0.04, 1e-12);
    EXPECT_EQ(minimum_effect(0.02, relink_spread({})), 0.02);
}

}  // namespace
}  // namespace harness::judge
