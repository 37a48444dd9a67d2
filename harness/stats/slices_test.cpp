#include "harness/stats/slices.h"

#include <cmath>

#include <gmock/gmock.h>

namespace harness::stats {
namespace {

using model::Fate;
using model::Side;
using model::Slice;
using testing::DoubleNear;
using testing::ElementsAre;

Slice slice(Side side, std::int64_t cpu_ns, Fate fate = Fate::kept) {
    return {.side = side, .fate = fate, .iterations = 1000, .cpu_ns = cpu_ns, .wall_ns = 2 * cpu_ns};
}

TEST(Slices, EachTwoGiveHeadOverBaseWhateverTheirOrder) {
    const std::vector<Slice> slices = {slice(Side::base, 100), slice(Side::head, 110), slice(Side::head, 120),
                                       slice(Side::base, 100)};
    EXPECT_THAT(log_ratios(slices, SliceTime::cpu),
                ElementsAre(DoubleNear(std::log(1.1), 1e-12), DoubleNear(std::log(1.2), 1e-12)));
}

TEST(Slices, TimeIsPerIteration) {
    std::vector<Slice> slices = {slice(Side::base, 100), slice(Side::head, 100)};
    slices[1].iterations = 500;
    EXPECT_NEAR(*pair_value(slices, SliceTime::cpu), std::log(2), 1e-12);
}

TEST(Slices, WallTimeIsComparedWhenAsked) {
    std::vector<Slice> slices = {slice(Side::base, 100), slice(Side::head, 100)};
    slices[1].wall_ns = 600;
    EXPECT_EQ(*pair_value(slices, SliceTime::cpu), 0);
    EXPECT_NEAR(*pair_value(slices, SliceTime::wall), std::log(3), 1e-12);
}

TEST(Slices, TheValueIsTheMedianSoThatOneWildTwoSayNothing) {
    const std::vector<Slice> slices = {slice(Side::base, 100), slice(Side::head, 105),
                                       slice(Side::head, 105), slice(Side::base, 100),
                                       slice(Side::base, 100), slice(Side::head, 900)};
    EXPECT_NEAR(*pair_value(slices, SliceTime::cpu), std::log(1.05), 1e-12);
}

TEST(Slices, ALinearDriftCancelsOverAbba) {
    const std::vector<Slice> slices = {slice(Side::base, 100), slice(Side::head, 101), slice(Side::head, 102),
                                       slice(Side::base, 103)};
    EXPECT_NEAR(*pair_value(slices, SliceTime::cpu), 0, 1e-4);
}

TEST(Slices, DroppedOnesDoNotCount) {
    const std::vector<Slice> slices = {slice(Side::base, 100, Fate::first),
                                       slice(Side::head, 900, Fate::first),
                                       slice(Side::head, 900, Fate::disturbed),
                                       slice(Side::base, 100, Fate::partner),
                                       slice(Side::base, 100),
                                       slice(Side::head, 100)};
    EXPECT_THAT(log_ratios(slices, SliceTime::cpu), ElementsAre(0));
}

TEST(Slices, NothingLeftIsNoValue) {
    EXPECT_EQ(pair_value({}, SliceTime::cpu), std::nullopt);
    EXPECT_EQ(pair_value(std::vector{slice(Side::base, 100)}, SliceTime::cpu), std::nullopt);
}

TEST(Slices, RejectionIsCountedPerSideWithoutTheFirst) {
    const std::vector<Slice> slices = {slice(Side::base, 1, Fate::first),
                                       slice(Side::head, 1, Fate::first),
                                       slice(Side::head, 1, Fate::disturbed),
                                       slice(Side::base, 1, Fate::partner),
                                       slice(Side::base, 1),
                                       slice(Side::head, 1)};
    EXPECT_EQ(rejection(slices, Side::base), (Rejection{.slices = 2, .disturbed = 0}));
    EXPECT_EQ(rejection(slices, Side::head), (Rejection{.slices = 2, .disturbed = 1}));
}

}  // namespace
}  // namespace harness::stats
