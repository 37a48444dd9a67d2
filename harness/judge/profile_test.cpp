#include "harness/judge/profile.h"

#include <gmock/gmock.h>

namespace harness::judge {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ProfileChange, LargestAbsoluteChangeComesFirst) {
    const auto change = compare_profiles({1000, {{"load", 600}, {"store", 300}, {"walk", 100}}},
                                         {1060, {{"load", 640}, {"store", 220}, {"walk", 200}}});
    EXPECT_EQ(change.base, 1000);
    EXPECT_EQ(change.head, 1060);
    EXPECT_THAT(change.functions,
                ElementsAre(FunctionChange{"walk", 100, 200, 0.1}, FunctionChange{"store", 300, 220, -0.08},
                            FunctionChange{"load", 600, 640, 0.04}));
    EXPECT_EQ(change.rest, 0);
}

TEST(ProfileChange, OfEqualChangesTheNameDecides) {
    const auto change = compare_profiles({100, {{"b", 10}, {"a", 90}}}, {100, {{"b", 50}, {"a", 50}}});
    EXPECT_EQ(change.functions.at(0).function, "a");
    EXPECT_EQ(change.functions.at(1).function, "b");
}

TEST(ProfileChange, AFunctionOfOneSideHasNoneOnTheOther) {
    const auto change = compare_profiles({100, {{"old", 100}}}, {50, {{"new", 50}}});
    EXPECT_THAT(change.functions,
                ElementsAre(FunctionChange{"old", 100, 0, -1}, FunctionChange{"new", 0, 50, 0.5}));
}

TEST(ProfileChange, WhatPrintingMovesIsTheRest) {
    const auto change = compare_profiles({10'000, {{"loop", 9'995}, {"print", 5}}},
                                         {10'003, {{"loop", 9'995}, {"print", 8}}});
    EXPECT_THAT(change.functions, IsEmpty());
    EXPECT_EQ(change.rest, 3);
}

TEST(ProfileChange, WithoutABaseThereAreNoShares) {
    const auto change = compare_profiles({0, {}}, {10, {{"f", 10}}});
    EXPECT_THAT(change.functions, ElementsAre(FunctionChange{"f", 0, 10, 0}));
}

}  // namespace
}  // namespace harness::judge
