#include "harness/stats/segmentation.h"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace harness::stats {
namespace {

using Values = std::vector<double>;
using Starts = std::vector<std::size_t>;

Values noise(std::size_t n, std::uint64_t seed, double deviation = 1) {
    std::mt19937_64 random(seed);
    std::normal_distribution<> normal(0, deviation);
    Values values(n);
    for (double& value : values) value = normal(random);
    return values;
}

void add_from(Values& values, std::size_t index, double step) {
    for (std::size_t i = index; i < values.size(); ++i) values[i] += step;
}

double squares(std::span<const double> values) {
    double mean = 0;
    for (const double value : values) mean += value / static_cast<double>(values.size());
    double sum = 0;
    for (const double value : values) sum += (value - mean) * (value - mean);
    return sum;
}

double cost_of(std::span<const double> values, const Starts& starts, double penalty) {
    double cost = penalty * static_cast<double>(starts.size());
    std::size_t first = 0;
    for (const std::size_t start : starts) {
        cost += squares(values.subspan(first, start - first));
        first = start;
    }
    return cost + squares(values.subspan(first));
}

// The least cost over all partitions, by trying every last segment, without pruning.
double least_cost(std::span<const double> values, double penalty) {
    std::vector<double> cost(values.size() + 1, std::numeric_limits<double>::infinity());
    cost[0] = -penalty;
    for (std::size_t end = 1; end <= values.size(); ++end) {
        for (std::size_t first = 0; first + kShortestSegment <= end; ++first) {
            cost[end] =
                std::min(cost[end], cost[first] + squares(values.subspan(first, end - first)) + penalty);
        }
    }
    return cost[values.size()];
}

TEST(PenalisedFit, IsTheBestPartitionAtEveryPenalty) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Values values = noise(30, seed);
        add_from(values, 12, 1.5);
        add_from(values, 22, -2);
        for (const double penalty : {0.1, 0.5, 1.0, 2.0, 4.0, 8.0}) {
            const auto starts = penalised_fit(values, penalty);
            EXPECT_NEAR(cost_of(values, starts, penalty), least_cost(values, penalty), 1e-9);
        }
    }
}

TEST(PenalisedFit, FindsTheStepsOfASeriesWithoutNoise) {
    const Values values{1, 1, 1, 1, 1, 5, 5, 5, 5, 2, 2, 2, 2, 2};
    EXPECT_EQ(penalised_fit(values, 1), (Starts{5, 9}));
    EXPECT_EQ(penalised_fit(values, 1000), Starts{});
}

TEST(PenalisedFit, OfATooShortSeriesIsOneSegment) {
    EXPECT_EQ(penalised_fit(Values{0, 0, 0, 9, 9, 9, 9}, 0.1), Starts{});
    EXPECT_EQ(penalised_fit(Values{}, 0.1), Starts{});
}

TEST(SmallestPenaltyWithoutChange, IsTheGainOfTheOnlyStep) {
    // Four values of 1 and four of 3: one mean costs 8, two cost nothing.
    EXPECT_NEAR(smallest_penalty_without_change(Values{1, 1, 1, 1, 3, 3, 3, 3}), 8, 1e-12);
}

TEST(SmallestPenaltyWithoutChange, CountsGainsOfSeveralChangesTogether) {
    // Up by 2 and down again: one change alone saves 2.67 of 10.67, both save all of it, so 5.33 each.
    const Values bump{0, 0, 0, 0, 2, 2, 2, 2, 0, 0, 0, 0};
    const double penalty = smallest_penalty_without_change(bump);
    EXPECT_NEAR(penalty, 16.0 / 3, 1e-9);
    EXPECT_EQ(penalised_fit(bump, penalty * 1.001), Starts{});
    EXPECT_EQ(penalised_fit(bump, penalty * 0.999), (Starts{4, 8}));
}

TEST(Winsorised, BringsOutliersBackAndLeavesSteps) {
    Values values = noise(60, 3, 0.01);
    add_from(values, 30, 1);
    values[10] = 50;
    values[11] = -50;
    values[45] = 20;
    const auto calm = winsorised(values);
    EXPECT_LT(std::abs(calm[10]), 0.1);
    EXPECT_LT(std::abs(calm[11]), 0.1);
    EXPECT_NEAR(calm[45], 1, 0.1);
    EXPECT_NEAR(calm[29], 0, 0.05);
    EXPECT_NEAR(calm[30], 1, 0.05);
}

TEST(ChangePoints, AreNoneInAShortSeries) {
    Values values = noise(19, 1, 0.01);
    add_from(values, 10, 1);
    EXPECT_TRUE(change_points(values).changes.empty());
    values.push_back(values.back());
    EXPECT_EQ(change_points(values).changes.size(), 1u);
}

TEST(ChangePoints, AreFoundWithTheirPlacesAndSizes) {
    Values values = noise(90, 4, 0.01);
    add_from(values, 30, 0.05);
    add_from(values, 60, -0.10);
    const auto found = change_points(values);
    ASSERT_EQ(found.changes.size(), 2u);
    EXPECT_EQ(found.changes[0].index, 30u);
    EXPECT_NEAR(found.changes[0].size(), 0.05, 0.01);
    EXPECT_EQ(found.changes[1].index, 60u);
    EXPECT_NEAR(found.changes[1].size(), -0.10, 0.01);
    EXPECT_NEAR(found.changes[1].after, -0.05, 0.01);
}

TEST(ChangePoints, AreNotMadeByOutliers) {
    Values values = noise(60, 5, 0.01);
    values[7] = 9;
    values[8] = 8;
    values[9] = 9;
    values[40] = -7;
    EXPECT_TRUE(change_points(values).changes.empty());
}

TEST(ChangePoints, AreFoundBetweenOutliers) {
    Values values = noise(60, 6, 0.01);
    add_from(values, 33, 0.05);
    values[5] = 9;
    values[32] = -9;
    values[50] = 9;
    const auto found = change_points(values);
    ASSERT_EQ(found.changes.size(), 1u);
    EXPECT_NEAR(static_cast<double>(found.changes[0].index), 33, 1);
    EXPECT_NEAR(found.changes[0].size(), 0.05, 0.01);
}

TEST(ChangePoints, OfValuesThatRepeatExactlyAreTheirSteps) {
    Values sizes(25, 4096);
    EXPECT_TRUE(change_points(sizes).changes.empty());
    add_from(sizes, 15, 64);
    const auto found = change_points(sizes);
    ASSERT_EQ(found.changes.size(), 1u);
    EXPECT_EQ(found.changes[0].index, 15u);
    EXPECT_EQ(found.changes[0].size(), 64);
}

TEST(ChangePoints, AreTheSameEachTime) {
    const Values values = noise(40, 8);
    EXPECT_EQ(change_points(values).penalty, change_points(values).penalty);
}

TEST(ChangePoints, AreNeverFoundWithTooFewPermutationsForTheBudget) {
    Values values = noise(40, 9, 0.01);
    add_from(values, 20, 1);
    EXPECT_TRUE(change_points(values, {0.01, 50, 1}).changes.empty());
}

// The share of series without a change in which one is found, at a budget of 5 %.
template <class Draw>
double alarms(Draw draw) {
    constexpr int kTrials = 300;
    std::mt19937_64 random(12);
    int alarms = 0;
    for (int trial = 0; trial < kTrials; ++trial) {
        Values values(30);
        for (double& value : values) value = draw(random);
        if (!change_points(values, {0.05, 39, static_cast<std::uint64_t>(trial)}).changes.empty()) ++alarms;
    }
    return static_cast<double>(alarms) / kTrials;
}

// 0.05 and three standard errors of the simulation.
constexpr double kMost = 0.088;

TEST(ChangePoints, AreFalseWithinTheBudgetForNormalNoise) {
    EXPECT_LE(alarms(std::normal_distribution<>(0, 1)), kMost);
}

TEST(ChangePoints, AreFalseWithinTheBudgetForHeavyTails) {
    EXPECT_LE(alarms(std::cauchy_distribution<>(0, 1)), kMost);
}

}  // namespace
}  // namespace harness::stats
