#include "vm/ir/random_world.h"

#include <gtest/gtest.h>

#include "vm/ir/random_block.h"

namespace vm::ir {
namespace {

TEST(RandomWorld, ASeedMakesTheSameWorld) {
    EXPECT_EQ(random_world(3), random_world(3));
    EXPECT_FALSE(random_world(3) == random_world(4));
}

TEST(RandomWorld, BlocksByChanceRunInIt) {
    unsigned faults = 0;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        World world = random_world(seed);
        const auto departure = evaluate(random_block(seed), world, random_helper);
        ASSERT_TRUE(departure.has_value()) << "seed " << seed << ": " << departure.error().message;
        faults += departure->kind == Departure::Kind::fault ? 1 : 0;
    }
    EXPECT_GT(faults, 0u);
    EXPECT_LT(faults, 200u);
}

TEST(RandomWorld, HelpersDoWhatTheirNumberSaysAndNothingElse) {
    const World before = random_world(1);
    World world = before;
    const HelperOutcome outcome = random_helper(world, kReadsMemory | kReadsState, {1, 2});
    EXPECT_EQ(world, before);
    EXPECT_FALSE(outcome.exits);
    EXPECT_EQ(random_helper(world, kReadsMemory | kReadsState, {1, 2}).value, outcome.value);
    EXPECT_NE(random_helper(world, kReadsMemory | kReadsState, {1, 3}).value, outcome.value);

    random_helper(world, kWritesMemory, {5});
    EXPECT_EQ(world.state, before.state);
    EXPECT_NE(world.memory, before.memory);
}

}  // namespace
}  // namespace vm::ir
