#include "vm/guest/riscv/jump_spaces.h"

#include <set>

#include <gtest/gtest.h>

namespace vm::guest::riscv {
namespace {

TEST(JumpSpaces, AreToldApartAndFoundAgain) {
    JumpSpaces spaces;
    const std::uint64_t first = spaces.number(0, 7);
    EXPECT_NE(spaces.number(1, 7), first);
    EXPECT_NE(spaces.number(0, 8), first);
    EXPECT_EQ(spaces.number(0, 7), first);
}

TEST(JumpSpaces, HaveNewNumbersWhenForgotten) {
    JumpSpaces spaces;
    std::set<std::uint64_t> numbers;
    for (int round = 0; round < 50; ++round) {
        EXPECT_TRUE(numbers.insert(spaces.number(0, 7)).second);
        EXPECT_TRUE(numbers.insert(spaces.number(1, 7)).second);
        spaces.forget();
    }
}

TEST(JumpSpaces, HaveNewNumbersWhenThereWereTooManyOthersMeanwhile) {
    JumpSpaces spaces;
    std::set<std::uint64_t> numbers;
    for (std::uint64_t space = 0; space < 200; ++space) {
        EXPECT_TRUE(numbers.insert(spaces.number(0, space)).second);
    }
    EXPECT_TRUE(numbers.insert(spaces.number(0, 0)).second);
}

}  // namespace
}  // namespace vm::guest::riscv
