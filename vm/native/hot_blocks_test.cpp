#include "vm/native/hot_blocks.h"

#include <gtest/gtest.h>

namespace vm::native {
namespace {

class HotBlocksTest : public ::testing::Test {
  protected:
    void compile(std::uint64_t pc, std::uint32_t instructions, std::uint64_t entries,
                 std::uint64_t unretired = 0) {
        jit::NativeBlock block;
        block.counter = blocks_.counter(pc);
        block.instructions = instructions;
        blocks_.compiled({request_, ir_, ir_}, block, {});
        block.counter->entries += entries;
        block.counter->unretired += unretired;
    }

    engine::NativeRequest request_;
    ir::Block ir_;
    HotBlocks blocks_;
};

TEST_F(HotBlocksTest, AreOrderedByTheInstructionsOfTheirEntries) {
    compile(0x1000, 2, 100);
    compile(0x2000, 50, 10, 200);
    compile(0x3000, 1, 30);
    const auto hottest = blocks_.hottest(2);
    ASSERT_EQ(hottest.size(), 2u);
    EXPECT_EQ(hottest[0].pc, 0x2000u);
    EXPECT_EQ(hottest[0].retired, 300u);
    EXPECT_EQ(hottest[1].pc, 0x1000u);
    EXPECT_EQ(hottest[1].entries, 100u);
}

TEST_F(HotBlocksTest, WhatWasCompiledAgainCountsOn) {
    compile(0x1000, 10, 3);
    compile(0x1000, 4, 5);
    const auto hottest = blocks_.hottest(10);
    ASSERT_EQ(hottest.size(), 1u);
    EXPECT_EQ(hottest[0].entries, 8u);
    EXPECT_EQ(hottest[0].retired, 50u);
    EXPECT_EQ(hottest[0].instructions, 4u);
}

TEST_F(HotBlocksTest, TotalsAreOfAllBlocks) {
    compile(0x1000, 10, 3);
    compile(0x2000, 4, 5);
    blocks_.counter(0x3000)->look_ups = 7;
    EXPECT_EQ(blocks_.totals().entries, 8u);
    EXPECT_EQ(blocks_.totals().look_ups, 7u);
}

TEST_F(HotBlocksTest, WhatNeverRanIsNone) {
    compile(0x1000, 10, 0);
    EXPECT_TRUE(blocks_.hottest(10).empty());
}

}  // namespace
}  // namespace vm::native
