#include "harness/judge/decide.h"

#include <cmath>

#include <gtest/gtest.h>

#include "harness/judge/test_records.h"

namespace harness::judge {
namespace {

using model::Direction;
using model::Verdict;
using model::VerdictKind;
using testing::steady;

using Values = std::vector<double>;

Verdict judged(const Values& base, const Values& head, double widening = 0,
               Direction direction = Direction::lower, double threshold = 0.05) {
    Verdict verdict;
    verdict.direction = direction;
    verdict.threshold = threshold;
    const model::Metric metric{"time", "ns", direction};
    return decide(verdict, {metric, base}, {metric, head}, {widening, Widening::Source::sessions, 9}, 0.99);
}

TEST(Decide, AClearSlowdownIsRegressedAndAClearSpeedupImproved) {
    EXPECT_EQ(judged(steady(100), steady(120)).kind, VerdictKind::regressed);
    EXPECT_EQ(judged(steady(120), steady(100)).kind, VerdictKind::improved);
}

TEST(Decide, WhereHigherIsBetterTheVerdictTurnsAround) {
    EXPECT_EQ(judged(steady(100), steady(120), 0, Direction::higher).kind, VerdictKind::improved);
    EXPECT_EQ(judged(steady(120), steady(100), 0, Direction::higher).kind, VerdictKind::regressed);
}

TEST(Decide, StatesTheEffect) {
    const Verdict verdict = judged({1, 1, 1, 1, 1, 1}, {2, 2, 2, 2, 2, 2}, std::log(1.25));
    ASSERT_TRUE(verdict.effect.has_value());
    EXPECT_NEAR(verdict.effect->ratio, 2, 1e-12);
    EXPECT_NEAR(verdict.effect->low, 1.6, 1e-12);
    EXPECT_NEAR(verdict.effect->high, 2.5, 1e-12);
    EXPECT_EQ(verdict.base, 1);
    EXPECT_EQ(verdict.head, 2);
    EXPECT_EQ(verdict.n_base, 6u);
}

TEST(Decide, ADifferenceWithinTheThresholdIsUnchanged) {
    EXPECT_EQ(judged(steady(100), steady(101)).kind, VerdictKind::unchanged);
    EXPECT_EQ(judged(steady(100), steady(101)).note, "");
}

TEST(Decide, TheWholeIntervalMustPassTheThreshold) {
    // The estimate is at 5.3 %, its interval reaches below 5 %.
    EXPECT_EQ(judged(steady(100), steady(105.3)).kind, VerdictKind::inconclusive);
    EXPECT_EQ(judged(steady(100), steady(120), 0, Direction::lower, 0.25).kind, VerdictKind::unchanged);
}

TEST(Decide, TheWideningKeepsWhatSessionsDifferAnywayFromAlarming) {
    const Verdict verdict = judged(steady(100), steady(115), std::log(1.15));
    EXPECT_EQ(verdict.kind, VerdictKind::inconclusive);
    // 1.05 * 1.15 and a rank interval of about half a percent
    EXPECT_EQ(verdict.note, "a change below 21 % cannot be told from noise here");
}

TEST(Decide, FewerThanSixProcessesDecideNothing) {
    const Verdict verdict = judged(steady(100), {200, 201, 202, 203, 204});
    EXPECT_EQ(verdict.kind, VerdictKind::inconclusive);
    EXPECT_EQ(verdict.note, "5 of the 6 processes needed measured it in the run");
    EXPECT_EQ(judged({}, steady(100)).note, "0 of the 6 processes needed measured it in the baseline");
}

TEST(Decide, AWildProcessOnEachSideDoesNotMatter) {
    EXPECT_EQ(judged({100, 100, 101, 101, 102, 900}, {200, 200, 201, 201, 202, 90}).kind,
              VerdictKind::inconclusive);
    EXPECT_EQ(judged({100, 100, 101, 101, 102, 100}, {200, 200, 201, 201, 202, 900}).kind,
              VerdictKind::regressed);
}

TEST(Decide, ValuesThatAreNotPositiveHaveNoRatio) {
    EXPECT_EQ(judged({0, 1, 1, 1, 1, 1}, steady(1)).kind, VerdictKind::inconclusive);
    EXPECT_EQ(judged({NAN, 1, 1, 1, 1, 1}, steady(1)).kind, VerdictKind::inconclusive);
    EXPECT_EQ(judged({0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 0}).kind, VerdictKind::unchanged);
}

TEST(AsCost, IsAboveOneForWorseWhateverTheDirection) {
    const model::Effect half{0.5, 0.4, 0.8};
    EXPECT_EQ(as_cost(half, Direction::lower), half);
    EXPECT_EQ(as_cost(half, Direction::higher), (model::Effect{2, 1.25, 2.5}));
}

}  // namespace
}  // namespace harness::judge
