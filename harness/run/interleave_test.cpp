#include "harness/run/interleave.h"

#include <string>

#include <gmock/gmock.h>

namespace harness::run {
namespace {

using model::Fate;
using model::PairEnding;
using model::Side;
using testing::Each;
using testing::ElementsAre;
using testing::Field;

constexpr Side A = Side::base;
constexpr Side B = Side::head;

// Slices of 10 and 11 ms whose canaries follow a script: one before the first slice and one after each.
class Interleave : public testing::Test {
  protected:
    model::Pair run(const Turns& turns) {
        return interleave(
            [this](Side side) -> Result<model::SliceAnswer> {
                order_ += side == A ? 'A' : 'B';
                if (order_.size() == fail_at_) return fail("crashed");
                model::SliceAnswer answer;
                answer.iterations = 1000;
                answer.cpu_ns = side == A ? 10'000'000 : 11'000'000;
                answer.wall_ns = answer.cpu_ns + 5;
                answer.counters["slice"] = static_cast<double>(order_.size());
                return answer;
            },
            [this] {
                const std::size_t at = canaries_++;
                return at < script_.size() ? script_[at] : 40;
            },
            turns);
    }

    std::vector<Fate> fates(const model::Pair& pair) {
        std::vector<Fate> result;
        for (const auto& slice : pair.slices) result.push_back(slice.fate);
        return result;
    }

    std::string order_;
    std::size_t fail_at_ = 0;
    std::vector<std::int64_t> script_;
    std::size_t canaries_ = 0;
};

TEST_F(Interleave, SidesTakeTurnsAbba) {
    run({.first = A, .warm_ups = 0, .wanted = 4, .most = 4});
    EXPECT_EQ(order_, "ABBAABBA");
}

TEST_F(Interleave, EitherSideMayBeFirst) {
    run({.first = B, .warm_ups = 0, .wanted = 3, .most = 4});
    EXPECT_EQ(order_, "BAABBA");
}

TEST_F(Interleave, TheFirstCouplesAreDropped) {
    const auto pair = run({.first = A, .warm_ups = 1, .wanted = 2, .most = 4});
    EXPECT_EQ(order_, "ABBAAB");
    EXPECT_THAT(fates(pair),
                ElementsAre(Fate::first, Fate::first, Fate::kept, Fate::kept, Fate::kept, Fate::kept));
    EXPECT_EQ(pair.ending, PairEnding::measured);
}

TEST_F(Interleave, ASlowCanaryDropsTheSlicesOnBothSidesOfItAndTheirPartners) {
    // Canaries before slice 1, then after slices 1, 2, 3...; the slow one lies between slices 3 and 4.
    script_ = {40, 40, 40, 80, 40, 40, 40};
    const auto pair = run({.first = A, .warm_ups = 0, .wanted = 3, .most = 3});
    EXPECT_THAT(fates(pair), ElementsAre(Fate::kept, Fate::kept, Fate::disturbed, Fate::disturbed, Fate::kept,
                                         Fate::kept));
}

TEST_F(Interleave, ASlowCanaryBetweenTwoCouplesDropsOneSideOfEachAndItsPartner) {
    script_ = {40, 40, 80, 40, 40, 40, 40};
    const auto pair = run({.first = A, .warm_ups = 0, .wanted = 3, .most = 3});
    EXPECT_THAT(fates(pair), ElementsAre(Fate::partner, Fate::disturbed, Fate::disturbed, Fate::partner,
                                         Fate::kept, Fate::kept));
}

TEST_F(Interleave, AFasterOrSlowerMachineIsTolerated) {
    script_ = {4000, 4000, 6000, 4000, 4000};
    const auto pair = run({.first = A, .warm_ups = 0, .wanted = 2, .most = 2});
    EXPECT_THAT(fates(pair), Each(Fate::kept));
}

TEST_F(Interleave, DroppedCouplesAreMadeUpFor) {
    script_ = {40, 80, 40, 40, 40, 40, 40};
    const auto pair = run({.first = A, .warm_ups = 0, .wanted = 2, .most = 4});
    EXPECT_EQ(order_, "ABBAAB");
    EXPECT_EQ(pair.slices.size(), 6U);
}

TEST_F(Interleave, ButNotWithoutEnd) {
    // Never twice the same.
    for (std::int64_t canary = 1000; script_.size() < 40; canary += canary) script_.push_back(canary);
    const auto pair = run({.first = A, .warm_ups = 1, .wanted = 2, .most = 4});
    EXPECT_EQ(order_.size(), 10U);
    EXPECT_EQ(fates(pair)[9], Fate::disturbed);
    EXPECT_EQ(pair.ending, PairEnding::measured);
}

TEST_F(Interleave, ALevelFoundLaterJudgesEarlierSlices) {
    script_ = {80, 80, 80, 40, 40, 40, 40};
    const auto pair = run({.first = A, .warm_ups = 0, .wanted = 3, .most = 3});
    EXPECT_EQ(pair.canary_level_ns, 40);
    EXPECT_EQ(fates(pair)[0], Fate::disturbed);
    EXPECT_EQ(fates(pair)[5], Fate::kept);
}

TEST_F(Interleave, ASteadyNeighbourDisturbsNothing) {
    script_ = std::vector<std::int64_t>(100, 70);
    const auto pair = run({.first = A, .warm_ups = 0, .wanted = 3, .most = 6});
    EXPECT_EQ(pair.slices.size(), 6U);
    EXPECT_THAT(fates(pair), Each(Fate::kept));
}

TEST_F(Interleave, QuietMomentsBesideASteadyNeighbourAreDropped) {
    // Eight slices beside a neighbour, then two without.
    script_ = {70, 70, 70, 70, 70, 70, 70, 70, 70, 40, 40, 70};
    const auto pair = run({.first = A, .warm_ups = 0, .wanted = 5, .most = 5});
    EXPECT_EQ(pair.canary_level_ns, 70);
    EXPECT_THAT(fates(pair), testing::Contains(Fate::disturbed).Times(1));
    EXPECT_EQ(fates(pair)[9], Fate::disturbed);
}

TEST_F(Interleave, WithoutACanaryNothingIsDisturbed) {
    const auto pair = interleave(
        [](Side) -> Result<model::SliceAnswer> {
            return model::SliceAnswer{
                .error = "", .iterations = 1, .cpu_ns = 1, .wall_ns = 1, .counters = {}};
        },
        nullptr, {.warm_ups = 0, .wanted = 1, .most = 1});
    EXPECT_THAT(fates(pair), Each(Fate::kept));
    EXPECT_EQ(pair.canary_level_ns, 0);
}

TEST_F(Interleave, KeepsWhatTheSlicesSaid) {
    script_ = {40, 41, 40};
    const auto pair = run({.first = B, .warm_ups = 0, .wanted = 1, .most = 1});
    ASSERT_EQ(pair.slices.size(), 2U);
    EXPECT_EQ(pair.slices[0], (model::Slice{.side = B,
                                            .fate = Fate::kept,
                                            .iterations = 1000,
                                            .cpu_ns = 11'000'000,
                                            .wall_ns = 11'000'005,
                                            .canary_ns = 41}));
    EXPECT_EQ(pair.slices[1].canary_ns, 41);
    EXPECT_EQ(pair.head.counters.at("slice"), 1);
    EXPECT_EQ(pair.base.counters.at("slice"), 2);
}

TEST_F(Interleave, AFailureEndsItWithWhatThereIs) {
    fail_at_ = 4;
    const auto pair = run({.first = A, .warm_ups = 0, .wanted = 4, .most = 4});
    EXPECT_EQ(pair.ending, PairEnding::failed);
    EXPECT_EQ(pair.failed_side, A);
    EXPECT_EQ(pair.error, "crashed");
    EXPECT_THAT(fates(pair), ElementsAre(Fate::kept, Fate::kept, Fate::partner));
}

}  // namespace
}  // namespace harness::run
