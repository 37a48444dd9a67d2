// Guest memory as system calls use it.

#include <cerrno>
#include <cstring>
#include <sys/mman.h>

#include <gtest/gtest.h>

#include "vm/user/address_space.h"

namespace vm::user {
namespace {

using mem::kPageSize;
using mem::page::kExecute;
using mem::page::kRead;
using mem::page::kWrite;

constexpr std::uint64_t kAt = 0x40'0000;

class AddressSpaceAccess : public ::testing::Test {
  protected:
    // So many pages at kAt.
    bool map(std::uint64_t pages, std::uint8_t permissions = kRead | kWrite) {
        return memory_
            .map({.address = kAt,
                  .length = pages * kPageSize,
                  .permissions = permissions,
                  .flags = MAP_PRIVATE | MAP_ANONYMOUS,
                  .placement = Placement::fixed})
            .has_value();
    }

    AddressSpace memory_ = *AddressSpace::create();
};

TEST_F(AddressSpaceAccess, ATransferMayEndInTheMiddleOfWhatIsGranted) {
    ASSERT_TRUE(map(2));
    ASSERT_EQ(memory_.protect(kAt + kPageSize, kPageSize, kRead), 0);
    EXPECT_EQ(memory_.writable_prefix(kAt + 10, 2 * kPageSize).size(), kPageSize - 10);
    EXPECT_EQ(memory_.readable_prefix(kAt + 10, 8 * kPageSize).size(), 2 * kPageSize - 10);
    EXPECT_TRUE(memory_.readable_prefix(kAddressSpaceSize, 1).empty());
    EXPECT_EQ(memory_.readable(~std::uint64_t{0}, 2).error(), -EFAULT);
}

TEST_F(AddressSpaceAccess, AnEmptyTransferIsFineAnywhere) {
    EXPECT_TRUE(memory_.readable(~std::uint64_t{0}, 0));
}

TEST_F(AddressSpaceAccess, SystemCallWritesAdvanceTheCodeGeneration) {
    ASSERT_TRUE(map(1, kRead | kWrite | kExecute));
    memory_.ram().mark_code(mem::PhysAddr{kAt}, 4);
    const std::uint64_t before = memory_.ram().code_generation();
    EXPECT_EQ(memory_.put(kAt + 100, 1), 0);
    EXPECT_GT(memory_.ram().code_generation(), before);
}

TEST_F(AddressSpaceAccess, StringsEndAtTheirZero) {
    ASSERT_TRUE(map(1));
    std::memcpy(memory_.writable(kAt, 4)->data(), "abc", 4);
    EXPECT_EQ(memory_.string(kAt).value(), "abc");
    EXPECT_EQ(memory_.string(kAt, 3).error(), -ENAMETOOLONG);
    std::memcpy(memory_.writable(kAt + kPageSize - 3, 3)->data(), "xyz", 3);
    EXPECT_EQ(memory_.string(kAt + kPageSize - 3).error(), -EFAULT);
}

TEST_F(AddressSpaceAccess, WhatTheHostWroteMeanwhileAdvancesTheCodeGeneration) {
    ASSERT_TRUE(map(1, kRead | kWrite | kExecute));
    const auto buffer = memory_.writable(kAt, 16);
    ASSERT_TRUE(buffer);
    memory_.ram().mark_code(mem::PhysAddr{kAt}, 4);
    const std::uint64_t before = memory_.ram().code_generation();
    memory_.written(buffer->data(), buffer->size());
    EXPECT_GT(memory_.ram().code_generation(), before);
}

}  // namespace
}  // namespace vm::user
