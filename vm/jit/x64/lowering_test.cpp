// Compiled blocks do what the blocks do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/ir/parse.h"
#include "vm/ir/passes/optimise.h"
#include "vm/ir/random_block.h"
#include "vm/jit/x64/block_runner.h"

namespace vm::jit::x64 {
namespace {

ir::Block plain(std::uint64_t seed) { return with_canonical_nans(ir::random_block(seed)); }

ir::Block optimised(std::uint64_t seed) {
    ir::Block block = plain(seed);
    ir::passes::optimise(block, 1 + seed % 2);
    return block;
}

TEST_F(LoweringTest, RandomBlocksDoWhatTheyDoWhenEvaluated) {
    for (std::uint64_t seed = 0; seed < 3000 and not HasFatalFailure(); ++seed) {
        expect_same(plain(seed), seed);
    }
}

TEST_F(LoweringTest, OptimisedRandomBlocksDo) {
    for (std::uint64_t seed = 0; seed < 3000 and not HasFatalFailure(); ++seed) {
        expect_same(optimised(seed), seed);
    }
}

TEST_F(TranslatedLoweringTest, RandomBlocksDo) {
    for (std::uint64_t seed = 0; seed < 3000 and not HasFatalFailure(); ++seed) {
        expect_same(plain(seed), seed);
    }
}

TEST_F(TranslatedLoweringTest, OptimisedRandomBlocksDo) {
    for (std::uint64_t seed = 0; seed < 3000 and not HasFatalFailure(); ++seed) {
        expect_same(optimised(seed), seed);
    }
}

TEST_F(LoweringTest, WhatIsAddedToAConstantIsInItsSlotAndInItsHome) {
    const auto block = ir::parse(
        "slot x0 = i64 0\n"
        "slot x1 = i64 8\n"
        "x0 <- 5 + 8\n"
        "x1 <- 6 + 1\n"
        "goto @ pc=0x1008 retired=2\n");
    ASSERT_TRUE(block.has_value()) << block.error().message;
    expect_same(*block, 1);
}

TEST_F(LoweringTest, ARoundingModeThatTheHostLacksIsRefused) {
    const auto block = ir::parse("%0 = fsqrt f64 rmm 0:f64\ngoto @ pc=0 retired=0\n");
    ASSERT_TRUE(block.has_value()) << block.error().message;
    const auto compiled = runner_.compile(*block);
    ASSERT_FALSE(compiled.has_value());
    EXPECT_THAT(compiled.error().message,
                ::testing::EndsWith("rounding to nearest, ties away is not supported"));
}

}  // namespace
}  // namespace vm::jit::x64
