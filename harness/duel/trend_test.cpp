#include "harness/duel/trend.h"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "harness/stats/estimators.h"

namespace harness::duel {
namespace {

// Nights on which the machine moves both sides by `shared` (standard deviation), the reference by `own`
// besides, and head by a little.
std::vector<TrendNight> made_up(std::size_t count, double shared, double own, std::uint64_t seed = 1) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> normal;
    std::vector<TrendNight> nights;
    for (std::size_t i = 0; i < count; ++i) {
        const double machine = shared * normal(random);
        const double reference = std::log(100) + machine + own * normal(random);
        const double head = std::log(120) + machine + 0.002 * normal(random);
        nights.push_back({static_cast<std::int64_t>(i + 1), "h", "pinned", head - reference, reference});
    }
    return nights;
}

double spread(const std::vector<double>& values) { return stats::robust_spread(values); }

TEST(Trend, TakesTheMachinesMovementOffWhereBothSidesShareIt) {
    const Corrected series = corrected(made_up(200, 0.03, 0.001));
    EXPECT_GT(series.slope, 0.97);
    EXPECT_LT(spread(series.values), 0.004);
    EXPECT_NEAR(stats::median(series.values), std::log(120), 0.005);
}

TEST(Trend, LeavesTheReferencesOwnNoiseAway) {
    const Corrected series = corrected(made_up(200, 0.0, 0.03));
    EXPECT_LT(series.slope, 0.1);
    EXPECT_LT(spread(series.values), 0.005);
}

TEST(Trend, ShrinksTheCorrectionByTheShareThatIsNoise) {
    const auto nights = made_up(2000, 0.02, 0.02);
    const Corrected series = corrected(nights);
    EXPECT_NEAR(series.slope, 0.5, 0.06);
    std::vector<double> divided;
    for (const TrendNight& night : nights) divided.push_back(night.log_ratio);
    EXPECT_LT(spread(series.values), 0.8 * spread(divided));
}

TEST(Trend, DividesUntilEnoughNightsAreKnown) {
    EXPECT_EQ(corrected(made_up(8, 0.0, 0.03)).slope, 1);
    EXPECT_EQ(corrected({}).slope, 1);
}

TEST(Trend, AStepOfHeadIsNoMovementOfTheMachine) {
    auto nights = made_up(60, 0.02, 0.001);
    for (std::size_t i = 30; i < nights.size(); ++i) nights[i].log_ratio += 1.0;
    EXPECT_GT(corrected(nights).slope, 0.8);
}

TEST(Trend, GoesOnWhenAnotherReferenceIsPinned) {
    auto nights = made_up(60, 0.02, 0.001);
    for (std::size_t i = 30; i < nights.size(); ++i) {
        nights[i].reference_revision = "newer";
        nights[i].log_reference -= 0.5;
        nights[i].log_ratio += 0.5;
    }
    const Corrected series = corrected(nights);
    const std::span<const double> values = series.values;
    EXPECT_NEAR(stats::median(values.first(30)), stats::median(values.last(30)), 0.002);
    EXPECT_TRUE(find_changes(values, {}).empty());
}

TEST(Trend, AStepOfHeadStaysWhereAnotherReferenceIsPinned) {
    auto nights = made_up(60, 0.02, 0.001);
    for (std::size_t i = 30; i < nights.size(); ++i) {
        nights[i].reference_revision = "newer";
        nights[i].log_ratio += 0.2;
    }
    const std::vector<double> values = corrected(nights).values;
    const double step =
        stats::median(std::span(values).last(30)) - stats::median(std::span(values).first(30));
    EXPECT_GT(step, 0.15);
}

TEST(Trend, AStepIsFoundAtItsNightAndKnownNearIt) {
    auto nights = made_up(60, 0.02, 0.001);
    for (std::size_t i = 40; i < nights.size(); ++i) nights[i].log_ratio += 0.05;
    const auto changes = find_changes(corrected(nights).values, {});
    ASSERT_EQ(changes.size(), 1u);
    EXPECT_EQ(changes[0].index, 40u);
    EXPECT_NEAR(changes[0].size(), 0.05, 0.005);
    store::KnownChange near;
    near.first_night = nights[43].night;
    near.level_after = 0.05;
    EXPECT_TRUE(is_known(changes[0], nights, std::vector{near}));
    near.first_night = nights[44].night;
    EXPECT_FALSE(is_known(changes[0], nights, std::vector{near}));
    near.first_night = nights[40].night;
    near.level_after = -0.05;
    EXPECT_FALSE(is_known(changes[0], nights, std::vector{near}));
}

TEST(Trend, LooksAtTheNewestNightsOnly) {
    auto nights = made_up(kNightsLookedAt + 100, 0.0, 0.0);
    for (std::size_t i = 50; i < nights.size(); ++i) nights[i].log_ratio += 0.1;
    const std::size_t step = nights.size() - 40;
    for (std::size_t i = step; i < nights.size(); ++i) nights[i].log_ratio += 0.1;
    const auto changes = find_changes(corrected(nights).values, {});
    ASSERT_EQ(changes.size(), 1u);
    EXPECT_EQ(changes[0].index, step);
}

TEST(Trend, HasTheNightsWithAPoint) {
    std::vector<store::Night> nights(3);
    for (std::size_t i = 0; i < nights.size(); ++i) {
        nights[i].number = static_cast<std::int64_t>(i + 1);
        nights[i].head_revision = "h" + std::to_string(i + 1);
    }
    store::NightPoint point;
    point.night = 3;
    point.reference = 100;
    point.log_ratio = 0.5;
    store::NightPoint broken = point;
    broken.night = 2;
    broken.reference = 0;
    const auto trend = nights_of(std::vector{broken, point}, nights);
    ASSERT_EQ(trend.size(), 1u);
    EXPECT_EQ(trend[0].head_revision, "h3");
    EXPECT_DOUBLE_EQ(trend[0].log_reference, std::log(100));
}

}  // namespace
}  // namespace harness::duel
