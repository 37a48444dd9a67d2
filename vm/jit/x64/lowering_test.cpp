// Compiled blocks do what the blocks do.
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace vm::jit::x64
