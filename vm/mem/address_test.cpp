#include "vm/mem/address.h"

#include <gtest/gtest.h>

namespace vm::mem {
namespace {

TEST(PhysAddr, AddingBytesMovesIt) { EXPECT_EQ(raw(PhysAddr{0x80000000} + 0x1000), 0x80001000U); }

TEST(PhysAddr, AdditionWrapsAsTheBusDoes) { EXPECT_EQ(raw(PhysAddr{~std::uint64_t{0}} + 2), 1U); }

}  // namespace
}  // namespace vm::mem
