#include "harness/judge/paired.h"

#include <gtest/gtest.h>

#include "harness/judge/test_pairs.h"

namespace harness::judge {
namespace {

TEST(MinimumEffect, IsTheLargestOfItsThreeReasons) {
    EXPECT_EQ(minimum_effect(0, 0), 0.01);
    EXPECT_EQ(minimum_effect(0.02, 0.015), 0.02);
    EXPECT_EQ(minimum_effect(0, 0.03), 0.03);
}

TEST(Design, SharesEachLooksAlphaAmongTheSuspects) {
    const auto plan = design(GateSettings{}, 4);
    EXPECT_EQ(plan.screening.pairs, 12u);
    EXPECT_EQ(plan.screening.alpha, 0.10);
    ASSERT_EQ(plan.looks.size(), 2u);
    EXPECT_EQ(plan.looks[0].pairs, 12u);
    EXPECT_NEAR(plan.looks[0].alpha, 0.001 / 4, 1e-15);
    EXPECT_EQ(plan.looks[1].pairs, 24u);
    EXPECT_NEAR(plan.looks[1].alpha, 0.004 / 4, 1e-15);
}

TEST(ExpectedSuspects, AreTheChangedOneAndTheNoisy) {
    const GateSettings settings;
    const auto of = [&](double spread) {
        return expected_suspects(settings, std::vector<RowNoise>(50, {spread, 0.01}));
    };
    EXPECT_EQ(of(0), 1u);
    EXPECT_EQ(of(0.015), 1u);
    // 1 % is 1.15 standard errors of twelve pairs that differ by 3 %: Phi(-1.28 - 1.15) = 0.0076 of fifty.
    EXPECT_EQ(of(0.03), 1u);
    // 0.35 standard errors: Phi(-1.63) = 0.052 of fifty.
    EXPECT_EQ(of(0.1), 4u);
    EXPECT_EQ(expected_suspects(settings, {}), 1u);
}

TEST(Costs, AreTurnedWhereMoreIsBetter) {
    auto row = testing::row("cpu/fib", 0, 0);
    EXPECT_EQ(costs(row, std::vector<double>{0.1, -0.2}), (std::vector<double>{0.1, -0.2}));
    row.direction = model::Direction::higher;
    EXPECT_EQ(costs(row, std::vector<double>{0.1, -0.2}), (std::vector<double>{-0.1, 0.2}));
}

TEST(Decides, OnlyAMeasuredRowOfThePrimaryMetric) {
    auto row = testing::row("cpu/fib", 0, 0);
    EXPECT_TRUE(decides(row));
    row.role = model::Role::reference;
    EXPECT_FALSE(decides(row));
    row.role = model::Role::deciding;
    row.state = RowState::failed;
    EXPECT_FALSE(decides(row));
}

}  // namespace
}  // namespace harness::judge
