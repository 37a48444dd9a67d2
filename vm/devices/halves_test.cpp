#include "vm/devices/halves.h"

#include <gtest/gtest.h>

namespace vm::devices {
namespace {

constexpr std::uint64_t kWhole = 0x1111'2222'3333'4444;

TEST(Halves, AreTheLowAndTheHigh32Bits) {
    EXPECT_EQ(low_half(kWhole), 0x33334444U);
    EXPECT_EQ(high_half(kWhole), 0x11112222U);
}

TEST(Halves, ReplacingOneLeavesTheOtherAndIgnoresBitsAbove) {
    EXPECT_EQ(with_low_half(kWhole, 0xffff'ffff'5555'6666), 0x1111'2222'5555'6666U);
    EXPECT_EQ(with_high_half(kWhole, 0xffff'ffff'5555'6666), 0x5555'6666'3333'4444U);
}

}  // namespace
}  // namespace vm::devices
