#include "harness/run/schedule.h"

#include <gmock/gmock.h>

namespace harness::run {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

Demand quick(std::size_t benchmarks, nanoseconds overhead_each) {
    Demand demand;
    demand.time_left = minutes(4);
    demand.benchmarks = benchmarks;
    demand.rounds_wanted = 6;
    demand.fewest_rounds = 6;
    demand.round_overhead = overhead_each * benchmarks;
    return demand;
}

TEST(Shuffled, HoldsEveryBenchmarkOnce) {
    std::mt19937_64 random(1);
    EXPECT_THAT(shuffled(5, random), UnorderedElementsAre(0, 1, 2, 3, 4));
}

TEST(Shuffled, RepeatsWithTheSameSeed) {
    std::mt19937_64 one(42);
    std::mt19937_64 other(42);
    EXPECT_EQ(shuffled(100, one), shuffled(100, other));
}

TEST(Shuffled, NextRoundHasAnotherOrder) {
    std::mt19937_64 random(42);
    const auto first = shuffled(100, random);
    EXPECT_NE(first, shuffled(100, random));
}

TEST(Shuffled, OfNothingIsNothing) {
    std::mt19937_64 random(1);
    EXPECT_THAT(shuffled(0, random), ElementsAre());
}

TEST(ShareOut, GivesFewBenchmarksTheLongestSlice) {
    const Share share = share_out(quick(3, milliseconds(10)));
    EXPECT_EQ(share.slice, milliseconds(500));
    EXPECT_EQ(share.rounds, 6);
    EXPECT_TRUE(share.fits);
}

TEST(ShareOut, DividesTheBudgetOverManyBenchmarks) {
    // 240 s x 0.95 / 6 rounds = 38 s a round; 2 s of it overhead; 36 s / 200 / 1.6 = 112.5 ms
    const Share share = share_out(quick(200, milliseconds(10)));
    EXPECT_EQ(share.slice, nanoseconds(112'500'000));
    EXPECT_EQ(share.expected, seconds(228));
}

TEST(ShareOut, LowersTheRoundsOfALongProfileBeforeItOverruns) {
    Demand demand = quick(1000, milliseconds(20));
    demand.rounds_wanted = 12;
    const Share share = share_out(demand);
    EXPECT_EQ(share.rounds, 9);  // a round at the shortest slice is 20 s + 3.2 s; 228 s hold nine
    EXPECT_TRUE(share.fits);
}

TEST(ShareOut, KeepsTheFewestRoundsAndSaysThatTheyDoNotFit) {
    const Share share = share_out(quick(10'000, milliseconds(20)));
    EXPECT_EQ(share.rounds, 6);
    EXPECT_EQ(share.slice, milliseconds(2));
    EXPECT_EQ(share.expected, 6 * (seconds(200) + seconds(32)));
    EXPECT_FALSE(share.fits);
}

TEST(ShareOut, OfNoRoundsIsNothing) {
    Demand demand = quick(10, milliseconds(1));
    demand.rounds_wanted = 0;
    demand.fewest_rounds = 0;
    EXPECT_EQ(share_out(demand).expected, nanoseconds(0));
}

TEST(ObservedSliceCost, IsTheRoundWithoutItsOverheadPerSlice) {
    EXPECT_DOUBLE_EQ(observed_slice_cost(seconds(38), seconds(8), milliseconds(100), 200), 1.5);
}

TEST(ObservedSliceCost, IsNeverBelowOne) {
    EXPECT_DOUBLE_EQ(observed_slice_cost(seconds(1), seconds(8), milliseconds(100), 200), 1.0);
}

}  // namespace
}  // namespace harness::run
