#include "vm/guest/riscv/random_values.h"

#include <bit>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

namespace vm::guest::riscv {
namespace {

TEST(RandomValues, SameSeedGivesTheSameValues) {
    RandomValues a(7);
    RandomValues b(7);
    for (int i = 0; i < 1000; ++i) {
        ASSERT_EQ(a.integer(), b.integer());
        ASSERT_EQ(a.float_register(), b.float_register());
    }
}

TEST(RandomValues, BetweenReachesBothEndsAndNothingBeyond) {
    RandomValues values(1);
    std::set<std::int32_t> seen;
    for (int i = 0; i < 1000; ++i) seen.insert(values.between(-2, 3));
    EXPECT_EQ(seen, (std::set<std::int32_t>{-2, -1, 0, 1, 2, 3}));
}

TEST(RandomValues, IntegersIncludeTheBordersOfDivision) {
    RandomValues values(2);
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 10'000; ++i) seen.insert(values.integer());
    EXPECT_TRUE(seen.contains(0));
    EXPECT_TRUE(seen.contains(~std::uint64_t{0}));
    EXPECT_TRUE(seen.contains(0x8000'0000'0000'0000));
    EXPECT_TRUE(seen.contains(0xffff'ffff'8000'0000));
}

TEST(RandomValues, DoublesIncludeEveryClass) {
    RandomValues values(3);
    std::set<int> classes;
    bool signaling = false;
    bool negative_zero = false;
    for (int i = 0; i < 10'000; ++i) {
        const std::uint64_t bits = values.double_bits();
        const auto number = std::bit_cast<double>(bits);
        classes.insert(std::fpclassify(number));
        signaling = signaling || (std::isnan(number) && (bits >> 51 & 1) == 0);
        negative_zero = negative_zero || bits == 0x8000'0000'0000'0000;
    }
    EXPECT_EQ(classes, (std::set<int>{FP_NAN, FP_INFINITE, FP_ZERO, FP_SUBNORMAL, FP_NORMAL}));
    EXPECT_TRUE(signaling);
    EXPECT_TRUE(negative_zero);
}

TEST(RandomValues, FloatRegistersIncludeBoxedAndUnboxedSingles) {
    RandomValues values(4);
    int boxed = 0;
    int nearly_boxed = 0;
    for (int i = 0; i < 10'000; ++i) {
        const std::uint64_t high = values.float_register() >> 32;
        boxed += high == 0xffff'ffff ? 1 : 0;
        nearly_boxed += std::popcount(high) == 31 ? 1 : 0;
    }
    EXPECT_GT(boxed, 2000);
    EXPECT_GT(nearly_boxed, 200);
}

}  // namespace
}  // namespace vm::guest::riscv
