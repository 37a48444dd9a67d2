#include "harness/duel/plan.h"

#include <gtest/gtest.h>

namespace harness::duel {
namespace {

using std::chrono::milliseconds;

TEST(Plan, AddsUpWhatTheScreeningTakes) {
    const std::vector<Outlook> rows = {{"s/a", milliseconds(400), 0.001}, {"s/b", milliseconds(600), 0.001}};
    const Plan plan = make_plan(rows, {});
    EXPECT_EQ(plan.screening, milliseconds(12 * 1000));
    EXPECT_EQ(plan.suspects, 1U);
    EXPECT_EQ(plan.confirmation, milliseconds(24 * 500));
}

TEST(Plan, SeesSmallerChangesWherePairsSpreadLess) {
    const std::vector<Outlook> rows = {{"s/quiet", milliseconds(1), 0.002},
                                       {"s/loud", milliseconds(1), 0.03},
                                       {"s/unknown", milliseconds(1), std::nullopt}};
    const Plan plan = make_plan(rows, {});
    EXPECT_LT(plan.rows[0].smallest_change, 0.02);
    EXPECT_GT(plan.rows[1].smallest_change, 0.03);
    EXPECT_GT(plan.rows[2].smallest_change, plan.rows[0].smallest_change);
    EXPECT_LT(plan.rows[2].smallest_change, plan.rows[1].smallest_change);
}

TEST(Plan, OfNothingIsEmpty) { EXPECT_TRUE(make_plan({}, {}).rows.empty()); }

}  // namespace
}  // namespace harness::duel
