// Mapping calls over pages of code that the host protects.
#include <cerrno>
#include <functional>
#include <sys/mman.h>
#include <sys/uio.h>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "vm/user/address_space.h"

namespace vm::user {
namespace {

using mem::kPageSize;
using mem::page::kExecute;
using mem::page::kRead;
using mem::page::kWrite;

constexpr std::uint64_t kAt = 0x40'0000;
constexpr std::uint8_t kAll = kRead | kWrite | kExecute;

enum class Threads : std::uint8_t { one, several };

class ProtectedCodeTest : public ::testing::TestWithParam<Threads> {
  protected:
    ProtectedCodeTest() {
        memory_.ram().protect_code_in_host();
        if (GetParam() == Threads::several) memory_.set_others(&let_go_);
    }

    bool map(std::uint64_t address, std::uint64_t pages) {
        return memory_
            .map({.address = address,
                  .length = pages * kPageSize,
                  .permissions = kAll,
                  .flags = MAP_PRIVATE | MAP_ANONYMOUS,
                  .placement = Placement::fixed})
            .has_value();
    }
    void decode(std::uint64_t address) {
        const std::uint64_t generation = memory_.ram().code_generation();
        memory_.ram().mark_code(mem::PhysAddr{address}, 4);
        ASSERT_EQ(memory_.ram().protect_code(mem::PhysAddr{address}, generation),
                  mem::GuestRam::Closing::done);
        ASSERT_FALSE(host_may_write(address));
    }
    // The kernel says what a store would meet.
    bool host_may_write(std::uint64_t address) {
        std::byte byte{};
        std::byte* const there = memory_.ram().host(mem::PhysAddr{address});
        const iovec from{&byte, 1};
        const iovec to{there, 1};
        return ::process_vm_readv(::getpid(), &from, 1, &to, 1, 0) == 1 and
               ::process_vm_writev(::getpid(), &from, 1, &to, 1, 0) == 1;
    }
    void expect_writable(std::uint64_t first, std::uint64_t pages) {
        for (std::uint64_t page = 0; page < pages; ++page) {
            EXPECT_TRUE(host_may_write(first + page * kPageSize)) << page;
        }
    }

    AddressSpace memory_ = *AddressSpace::create();
    std::function<void()> let_go_ = [] {};
};

INSTANTIATE_TEST_SUITE_P(Alone, ProtectedCodeTest, ::testing::Values(Threads::one));
INSTANTIATE_TEST_SUITE_P(AmongOthers, ProtectedCodeTest, ::testing::Values(Threads::several));

TEST_P(ProtectedCodeTest, MappingsWithCodeAmidThemGrowInPlace) {
    ASSERT_TRUE(map(kAt, 3));
    ASSERT_EQ(memory_.put(kAt + kPageSize, 5), 0);
    decode(kAt + kPageSize);
    EXPECT_EQ(
        memory_.remap({.address = kAt, .old_length = 3 * kPageSize, .new_length = 5 * kPageSize}).value(),
        kAt);
    EXPECT_EQ(memory_.get<int>(kAt + kPageSize).value(), 5);
    expect_writable(kAt, 5);
}

TEST_P(ProtectedCodeTest, MappingsWithCodeAmidThemMove) {
    ASSERT_TRUE(map(kAt, 3));
    ASSERT_EQ(memory_.put(kAt + kPageSize, 5), 0);
    decode(kAt + kPageSize);
    constexpr std::uint64_t kNew = kAt + 16 * kPageSize;
    ASSERT_TRUE(map(kNew + kPageSize, 1));
    decode(kNew + kPageSize);  // is replaced
    EXPECT_EQ(memory_
                  .remap({.address = kAt,
                          .old_length = 3 * kPageSize,
                          .new_length = 3 * kPageSize,
                          .new_address = kNew,
                          .placement = Placement::fixed,
                          .may_move = true})
                  .value(),
              kNew);
    EXPECT_EQ(memory_.get<int>(kNew + kPageSize).value(), 5);
    expect_writable(kNew, 3);
    decode(kNew + 2 * kPageSize);
}

TEST_P(ProtectedCodeTest, NewPermissionsAreTheHostsToo) {
    ASSERT_TRUE(map(kAt, 2));
    decode(kAt);
    EXPECT_EQ(memory_.protect(kAt, kPageSize, kRead | kExecute), 0);
    EXPECT_FALSE(host_may_write(kAt));
    EXPECT_EQ(memory_.protect(kAt, kPageSize, kAll), 0);
    expect_writable(kAt, 2);
    decode(kAt);
    EXPECT_EQ(memory_.protect(kAt, kPageSize, kAll), 0);
    expect_writable(kAt, 2);
}

TEST_P(ProtectedCodeTest, IsReplacedByAFreshMapping) {
    ASSERT_TRUE(map(kAt, 1));
    decode(kAt);
    ASSERT_TRUE(map(kAt, 1));
    EXPECT_TRUE(host_may_write(kAt));
    decode(kAt);
    EXPECT_EQ(memory_.unmap(kAt, kPageSize), 0);
    EXPECT_FALSE(host_may_write(kAt));
    ASSERT_TRUE(map(kAt, 1));
    EXPECT_TRUE(host_may_write(kAt));
}

TEST_P(ProtectedCodeTest, CanBeWrittenAfterAMappingThatFailed) {
    ASSERT_TRUE(map(kAt, 2));
    decode(kAt);
    const MapRequest refused{
        .address = kAt, .length = 2 * kPageSize, .flags = MAP_PRIVATE, .placement = Placement::fixed};
    EXPECT_EQ(memory_.map(refused).error(), -EBADF);
    expect_writable(kAt, 2);
}

TEST_P(ProtectedCodeTest, IsWrittenBySystemCallsAndDebuggers) {
    ASSERT_TRUE(map(kAt, 2));
    decode(kAt);
    EXPECT_EQ(memory_.put(kAt, 5), 0);
    decode(kAt);
    EXPECT_TRUE(memory_.change(kAt, std::vector<std::byte>(4)).has_value());
    EXPECT_EQ(memory_.get<int>(kAt).value(), 0);
}

// Compiled code looks at no permissions, so it must find them withdrawn in the host; but whoever has looked
// may go on until he has been asked.
TEST(SharedProtectedCode, LosesThePermissionsOfTheHostOnceOthersHaveLetGo) {
    AddressSpace memory = *AddressSpace::create();
    memory.ram().protect_code_in_host();
    ASSERT_TRUE(memory.map({.address = kAt,
                            .length = kPageSize,
                            .permissions = kRead | kWrite,
                            .flags = MAP_PRIVATE | MAP_ANONYMOUS,
                            .placement = Placement::fixed}));
    std::byte* const host = memory.ram().host(mem::PhysAddr{kAt});
    int asked = 0;
    const std::function<void()> let_go = [&] {
        ++asked;
        *host = std::byte{7};
    };
    memory.set_others(&let_go);
    EXPECT_EQ(memory.remap({.address = kAt, .old_length = kPageSize, .new_length = 2 * kPageSize}).value(),
              kAt);
    EXPECT_GE(asked, 1);
    EXPECT_EQ(memory.get<std::uint8_t>(kAt).value(), 7);
    EXPECT_EQ(memory.put(kAt + kPageSize, 1), 0);
}

}  // namespace
}  // namespace vm::user
