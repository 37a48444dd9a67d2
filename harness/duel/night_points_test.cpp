#include "harness/duel/night_points.h"

#include <cmath>

#include <gtest/gtest.h>

namespace harness::duel {
namespace {

using model::Fate;
using model::Side;

// A pair of one couple: the reference takes 100 ns an iteration, head so many times as much, and the wall
// twice as long.
store::StoredPair pair_of(const std::string& benchmark, double ratio) {
    store::StoredPair stored;
    stored.benchmark = benchmark;
    const auto ns = static_cast<std::int64_t>(std::llround(1e8 * ratio));
    stored.pair.slices = {{Side::base, Fate::first, 10, 7, 7, 0, 0, 0},
                          {Side::head, Fate::first, 10, 9, 9, 0, 0, 0},
                          {Side::base, Fate::kept, 1'000'000, 100'000'000, 100'000'000, 0, 0, 0},
                          {Side::head, Fate::kept, 1'000'000, ns, 2 * ns, 0, 0, 0}};
    return stored;
}

TEST(NightPoints, AreCentreIntervalAndMediansOfThePairs) {
    std::vector<store::StoredPair> pairs;
    for (const double ratio : {1.01, 1.02, 1.03, 1.04, 1.05, 1.06, 1.07, 1.08, 1.09, 1.10, 1.11, 1.12}) {
        pairs.push_back(pair_of("s/a", ratio));
    }
    const auto points = points_of_pairs(pairs, {});
    ASSERT_EQ(points.size(), 1u);
    EXPECT_EQ(points[0].benchmark, "s/a");
    const store::NightPoint& point = points[0].point;
    EXPECT_NEAR(point.log_ratio, std::log(1.065), 1e-3);
    EXPECT_LT(*point.low, std::log(1.05));
    EXPECT_GT(*point.high, std::log(1.08));
    EXPECT_DOUBLE_EQ(point.reference, 100);
    EXPECT_NEAR(point.head, 106.5, 1e-9);
    EXPECT_EQ(point.values.size(), 12u);
    EXPECT_EQ(recomputed(point), point);
}

TEST(NightPoints, OfFewPairsHaveNoInterval) {
    const auto points = points_of_pairs(std::vector{pair_of("s/a", 1.5)}, {});
    ASSERT_EQ(points.size(), 1u);
    EXPECT_NEAR(points[0].point.log_ratio, std::log(1.5), 1e-6);
    EXPECT_FALSE(points[0].point.low || points[0].point.high);
}

TEST(NightPoints, OfBenchmarksTimedByTheWallAreOfTheWall) {
    const auto points = points_of_pairs(std::vector{pair_of("s/a", 1.0)}, {{"s/a", 1}});
    EXPECT_NEAR(points[0].point.log_ratio, std::log(2.0), 1e-6);
    EXPECT_DOUBLE_EQ(points[0].point.head, 200);
}

TEST(NightPoints, LeaveOutControlsAndWhatFailed) {
    store::StoredPair control = pair_of("s/a", 1);
    control.stage = store::Stage::control;
    store::StoredPair failed = pair_of("s/b", 1);
    failed.pair.ending = model::PairEnding::failed;
    store::StoredPair disturbed = pair_of("s/c", 1);
    for (model::Slice& slice : disturbed.pair.slices) slice.fate = Fate::disturbed;
    EXPECT_TRUE(points_of_pairs(std::vector{control, failed, disturbed}, {}).empty());
}

TEST(NightPoints, AreApartForEachDefinitionAndOrderedByName) {
    store::StoredPair second = pair_of("s/a", 1);
    second.definition_version = 2;
    const auto points = points_of_pairs(std::vector{pair_of("s/b", 1), second, pair_of("s/a", 1)}, {});
    ASSERT_EQ(points.size(), 3u);
    EXPECT_EQ(points[0].definition_version, 1);
    EXPECT_EQ(points[1].definition_version, 2);
    EXPECT_EQ(points[2].benchmark, "s/b");
}

}  // namespace
}  // namespace harness::duel
