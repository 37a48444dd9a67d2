#include "vm/jit/edge_abi.h"

#include <array>

#include <gtest/gtest.h>

namespace vm::jit {
namespace {

constexpr std::array<std::uint32_t, 2> kIntegers = {16, 80};
constexpr std::array<std::uint32_t, 1> kFloats = {512};

TEST(EdgeAbi, SlotsAndHomesNameEachOther) {
    const EdgeAbi abi(0, kIntegers, kFloats);
    EXPECT_EQ(abi.slot_offset(0), 16U);
    EXPECT_EQ(abi.slot_offset(1), 80U);
    EXPECT_EQ(abi.slot_offset(kIntegerHomes), 512U);
    EXPECT_EQ(abi.home_of(16), Home{0});
    EXPECT_EQ(abi.home_of(80), Home{1});
    EXPECT_EQ(abi.home_of(512), Home{kIntegerHomes});
}

TEST(EdgeAbi, OtherHomesAreUnusedAndOtherSlotsHaveNone) {
    const EdgeAbi abi(0, kIntegers, kFloats);
    EXPECT_FALSE(abi.slot_offset(2));
    EXPECT_FALSE(abi.slot_offset(kIntegerHomes + 1));
    for (const std::uint32_t offset : {0U, 8U, 20U, 24U, 504U, 520U, 100'000U}) {
        EXPECT_FALSE(abi.home_of(offset)) << offset;
    }
}

}  // namespace
}  // namespace vm::jit
