#include "vm/guest/riscv/retired_counter.h"

#include <gtest/gtest.h>

namespace vm::guest::riscv {
namespace {

TEST(RetiredCounter, CountsFromTheStart) {
    const RetiredCounter counter;
    EXPECT_FALSE(counter.stopped());
    EXPECT_EQ(counter.read(0), 0U);
    EXPECT_EQ(counter.read(7), 7U);
}

TEST(RetiredCounter, NextInstructionReadsTheValueWritten) {
    RetiredCounter counter;
    counter.write(10, 1000);  // by the instruction behind ten others
    EXPECT_EQ(counter.read(11), 1000U);
    EXPECT_EQ(counter.read(15), 1004U);
}

TEST(RetiredCounter, ValueNearTheEndWrapsAround) {
    RetiredCounter counter;
    counter.write(0, ~std::uint64_t{0});
    EXPECT_EQ(counter.read(1), ~std::uint64_t{0});
    EXPECT_EQ(counter.read(2), 0U);
}

TEST(RetiredCounter, StoppedCounterHasCountedTheInstructionThatStoppedIt) {
    RetiredCounter counter;
    counter.stop(10, true);
    EXPECT_TRUE(counter.stopped());
    EXPECT_EQ(counter.read(11), 11U);
    EXPECT_EQ(counter.read(500), 11U);
}

TEST(RetiredCounter, CountingGoesOnBehindTheInstructionThatStartsIt) {
    RetiredCounter counter;
    counter.stop(10, true);
    counter.stop(99, false);
    EXPECT_EQ(counter.read(100), 11U);
    EXPECT_EQ(counter.read(103), 14U);
}

TEST(RetiredCounter, StoppingOrStartingTwiceChangesNothing) {
    RetiredCounter counter;
    counter.stop(3, false);
    EXPECT_EQ(counter.read(4), 4U);
    counter.stop(10, true);
    counter.stop(20, true);
    EXPECT_EQ(counter.read(30), 11U);
}

TEST(RetiredCounter, ValueWrittenWhileItIsStoppedStaysUntilItIsStarted) {
    RetiredCounter counter;
    counter.stop(10, true);
    counter.write(20, 5);
    EXPECT_EQ(counter.read(40), 5U);
    counter.stop(49, false);
    EXPECT_EQ(counter.read(51), 6U);
}

}  // namespace
}  // namespace vm::guest::riscv
