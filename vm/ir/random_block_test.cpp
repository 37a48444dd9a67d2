#include "vm/ir/random_block.h"

#include <set>

#include <gtest/gtest.h>

#include "vm/ir/print.h"
#include "vm/ir/verify.h"

namespace vm::ir {
namespace {

constexpr std::uint64_t kSeeds = 400;

TEST(RandomBlock, Verifies) {
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        const Block block = random_block(seed);
        const auto sound = verify(block);
        ASSERT_TRUE(sound.has_value()) << "seed " << seed << ": " << sound.error().message << "\n"
                                       << print(block);
    }
}

TEST(RandomBlock, ASeedMakesTheSameBlock) {
    EXPECT_EQ(print(random_block(5)), print(random_block(5)));
    EXPECT_NE(print(random_block(5)), print(random_block(6)));
}

TEST(RandomBlock, HoldsNodesOfEveryKind) {
    std::set<Opcode> missing;
    for (std::size_t i = 0; i < kOpcodes; ++i) missing.insert(static_cast<Opcode>(i));
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        const Block block = random_block(seed);
        for (const Node& node : block.nodes()) missing.erase(node.op);
    }
    EXPECT_EQ(missing, std::set<Opcode>{Opcode::nop});
}

}  // namespace
}  // namespace vm::ir
