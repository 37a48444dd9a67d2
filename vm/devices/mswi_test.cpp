#include "vm/devices/mswi.h"

#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vm::devices {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class MswiTest : public ::testing::Test {
  protected:
    std::vector<std::pair<unsigned, bool>> changes_;
    Mswi mswi_{4, [this](unsigned hart, bool raised) { changes_.emplace_back(hart, raised); }};
};

TEST_F(MswiTest, WritingMsipRaisesAndLowersItsHart) {
    mswi_.store(8, 4, 1);
    EXPECT_EQ(mswi_.load(8, 4), 1U);
    mswi_.store(8, 4, 0);
    EXPECT_EQ(mswi_.load(8, 4), 0U);
    EXPECT_THAT(changes_, ElementsAre(Pair(2U, true), Pair(2U, false)));
}

TEST_F(MswiTest, OnlyTheLowestBitCounts) {
    mswi_.store(0, 4, 0xfffffffe);
    EXPECT_THAT(changes_, IsEmpty());
    mswi_.store(0, 4, 0xffffffff);
    EXPECT_EQ(mswi_.load(0, 4), 1U);
}

TEST_F(MswiTest, WritingTheSameAgainChangesNothing) {
    mswi_.store(0, 4, 1);
    mswi_.store(0, 4, 1);
    EXPECT_EQ(changes_.size(), 1U);
}

TEST_F(MswiTest, HartsThatDoNotExistAndOtherWidthsAreCounted) {
    mswi_.store(16, 4, 1);
    mswi_.store(0, 8, 1);
    EXPECT_EQ(mswi_.load(16, 4), 0U);
    EXPECT_EQ(mswi_.load(0, 1), 0U);
    EXPECT_EQ(mswi_.unknown_accesses(), 4U);
    EXPECT_THAT(changes_, IsEmpty());
}

}  // namespace
}  // namespace vm::devices
