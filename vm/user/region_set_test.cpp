#include "vm/user/region_set.h"

#include <gtest/gtest.h>

namespace vm::user {
namespace {

TEST(RegionSet, NeighboursAndOverlapsMerge) {
    RegionSet set;
    set.insert(10, 20);
    set.insert(30, 40);
    EXPECT_FALSE(set.covers(10, 40));
    set.insert(20, 30);
    EXPECT_TRUE(set.covers(10, 40));
    set.insert(5, 45);
    EXPECT_TRUE(set.covers(5, 45));
    EXPECT_FALSE(set.covers(4, 45));
    EXPECT_FALSE(set.covers(5, 46));
}

TEST(RegionSet, ErasingTheMiddleLeavesBothEnds) {
    RegionSet set;
    set.insert(10, 40);
    set.erase(20, 30);
    EXPECT_TRUE(set.covers(10, 20));
    EXPECT_TRUE(set.covers(30, 40));
    EXPECT_FALSE(set.contains(20));
    EXPECT_FALSE(set.contains(29));
    EXPECT_FALSE(set.overlaps(20, 30));
    EXPECT_TRUE(set.overlaps(19, 21));
}

TEST(RegionSet, ErasingAcrossRegionsTrimsTheOuterOnes) {
    RegionSet set;
    set.insert(0, 10);
    set.insert(20, 30);
    set.insert(40, 50);
    set.erase(5, 45);
    EXPECT_TRUE(set.covers(0, 5));
    EXPECT_TRUE(set.covers(45, 50));
    EXPECT_FALSE(set.overlaps(5, 45));
}

TEST(RegionSet, ErasingNothingMappedChangesNothing) {
    RegionSet set;
    set.insert(10, 20);
    set.erase(20, 30);
    set.erase(0, 10);
    EXPECT_TRUE(set.covers(10, 20));
}

TEST(RegionSet, TheHighestGapThatFitsIsFound) {
    RegionSet set;
    EXPECT_EQ(set.gap_below(100, 10, 90), 10U);
    EXPECT_EQ(set.gap_below(100, 10, 91), std::nullopt);
    set.insert(80, 90);
    EXPECT_EQ(set.gap_below(100, 10, 10), 90U);
    EXPECT_EQ(set.gap_below(100, 10, 11), 69U);
    set.insert(20, 75);
    EXPECT_EQ(set.gap_below(100, 10, 5), 95U);
    EXPECT_EQ(set.gap_below(85, 10, 5), 75U);
    EXPECT_EQ(set.gap_below(85, 10, 10), 10U);
    EXPECT_EQ(set.gap_below(85, 10, 11), std::nullopt);
}

TEST(RegionSet, RegionsBelowTheLowerBoundAreNoGaps) {
    RegionSet set;
    set.insert(0, 50);
    EXPECT_EQ(set.gap_below(100, 20, 50), 50U);
    EXPECT_EQ(set.gap_below(40, 20, 1), std::nullopt);
}

}  // namespace
}  // namespace vm::user
