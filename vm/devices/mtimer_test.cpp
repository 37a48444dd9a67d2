#include "vm/devices/mtimer.h"

#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vm::devices {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr std::uint64_t kMtime = 0x7ff8;

class MtimerTest : public ::testing::Test {
  protected:
    std::uint64_t now_ = 1000;
    std::vector<std::pair<unsigned, std::uint64_t>> changes_;
    Mtimer mtimer_{2, [this] { return now_; },
                   [this](unsigned hart, std::uint64_t deadline) { changes_.emplace_back(hart, deadline); }};
};

TEST_F(MtimerTest, MtimeFollowsTheClock) {
    EXPECT_EQ(mtimer_.load(kMtime, 8), 1000U);
    now_ = 0x1'0000'0002;
    EXPECT_EQ(mtimer_.load(kMtime, 8), 0x1'0000'0002U);
    EXPECT_EQ(mtimer_.load(kMtime, 4), 2U);
    EXPECT_EQ(mtimer_.load(kMtime + 4, 4), 1U);
}

TEST_F(MtimerTest, NoDeadlineIsSetAfterReset) {
    EXPECT_EQ(mtimer_.next_deadline(0), Mtimer::kNever);
    EXPECT_EQ(mtimer_.load(8, 8), Mtimer::kNever);
}

TEST_F(MtimerTest, WritingACompareRegisterAnnouncesItsHartsDeadline) {
    mtimer_.store(8, 8, 5000);
    EXPECT_THAT(changes_, ElementsAre(Pair(1U, 5000U)));
    EXPECT_EQ(mtimer_.next_deadline(1), 5000U);
    EXPECT_EQ(mtimer_.next_deadline(0), Mtimer::kNever);
    EXPECT_EQ(mtimer_.load(8, 8), 5000U);
}

TEST_F(MtimerTest, HalvesOfACompareRegisterAreWrittenApart) {
    mtimer_.store(4, 4, 0x11);
    mtimer_.store(0, 4, 0x2222'3333);
    EXPECT_EQ(mtimer_.next_deadline(0), 0x11'2222'3333U);
    EXPECT_EQ(mtimer_.load(4, 4), 0x11U);
    EXPECT_EQ(mtimer_.load(0, 4), 0x22223333U);
    EXPECT_THAT(changes_, ElementsAre(Pair(0U, 0x11'ffff'ffffU), Pair(0U, 0x11'2222'3333U)));
}

TEST_F(MtimerTest, WritingMtimeMovesTheTimeAndAnnouncesEveryDeadline) {
    mtimer_.store(0, 8, 7000);
    changes_.clear();
    mtimer_.store(kMtime, 8, 6000);
    EXPECT_EQ(mtimer_.mtime(), 6000U);
    now_ += 10;
    EXPECT_EQ(mtimer_.mtime(), 6010U);
    EXPECT_THAT(changes_, ElementsAre(Pair(0U, 7000U), Pair(1U, Mtimer::kNever)));
}

TEST_F(MtimerTest, MtimeCanBeSetBackBeforeTheClock) {
    mtimer_.store(kMtime, 8, 0);
    EXPECT_EQ(mtimer_.mtime(), 0U);
    now_ += 5;
    EXPECT_EQ(mtimer_.mtime(), 5U);
}

TEST_F(MtimerTest, HartsThatDoNotExistAndNarrowAccessesAreCounted) {
    mtimer_.store(16, 8, 1);
    mtimer_.store(0, 2, 1);
    EXPECT_EQ(mtimer_.load(0x8000, 8), 0U);
    EXPECT_EQ(mtimer_.load(kMtime, 1), 0U);
    EXPECT_EQ(mtimer_.unknown_accesses(), 4U);
    EXPECT_THAT(changes_, IsEmpty());
}

TEST(Mtimer, TheMostHartsLeaveMtimeItsPlace) {
    Mtimer mtimer(
        Mtimer::kMaxHarts, [] { return std::uint64_t{5}; }, [](unsigned, std::uint64_t) {});
    mtimer.store(kMtime - 8, 8, 9);
    EXPECT_EQ(mtimer.next_deadline(Mtimer::kMaxHarts - 1), 9U);
    EXPECT_EQ(mtimer.load(kMtime, 8), 5U);
}

}  // namespace
}  // namespace vm::devices
