// Reserved memory whose pages of code the host protects.
#include <fstream>
#include <sys/mman.h>
#include <sys/uio.h>

#include <gtest/gtest.h>
#include <unistd.h>

#include "vm/mem/guest_ram.h"

namespace vm::mem {
namespace {

constexpr std::uint64_t kSize = 8 * kPageSize;
constexpr std::uint8_t kAll = page::kRead | page::kWrite | page::kExecute;

class HostProtectedCode : public ::testing::Test {
  protected:
    HostProtectedCode() {
        ram_.protect_code_in_host();
        map(0, 4, kAll);
    }

    static PhysAddr at(std::uint64_t page) { return PhysAddr{page * kPageSize}; }
    void map(std::uint64_t first, std::uint64_t pages, std::uint8_t permissions) {
        const int write = (permissions & page::kWrite) != 0 ? PROT_WRITE : 0;
        ASSERT_EQ(ram_.host(at(first)), ::mmap(ram_.host(at(first)), pages * kPageSize, PROT_READ | write,
                                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
        ram_.set_permissions(at(first), pages * kPageSize, permissions);
    }
    void decode(std::uint64_t page) {
        const std::uint64_t generation = ram_.code_generation();
        ram_.mark_code(at(page), 4);
        EXPECT_EQ(ram_.protect_code(at(page), generation), GuestRam::Closing::done);
    }
    // The kernel says what a store would meet.
    bool host_may_write(std::uint64_t page) {
        std::byte byte{1};
        const iovec from{&byte, 1};
        const iovec to{ram_.host(at(page)), 1};
        return ::process_vm_writev(::getpid(), &from, 1, &to, 1, 0) == 1;
    }
    bool marked(std::uint64_t page) { return (ram_.flags_at(at(page)) & page::kCode) != 0; }

    GuestRam ram_ = GuestRam::create(PhysAddr{0}, kSize, Backing::reserved).value();
};

TEST_F(HostProtectedCode, LosesThePermissionToWriteAndNoOtherPageDoes) {
    decode(1);
    EXPECT_TRUE(host_may_write(0));
    EXPECT_FALSE(host_may_write(1));
    EXPECT_TRUE(host_may_write(2));
}

std::uint64_t most_mappings() {
    std::uint64_t most = 0;
    std::ifstream("/proc/sys/vm/max_map_count") >> most;
    return most;
}

// Every second page of code takes two more mappings of the host.
TEST(HostProtectedCodeOfManyPages, GivesUpOtherCodeWhereTheHostHasNoMappingsLeft) {
    constexpr std::uint64_t kPages = 80'000;
    if (most_mappings() == 0 or most_mappings() >= kPages) {
        GTEST_SKIP() << "this host has " << most_mappings() << " mappings for a process";
    }
    GuestRam ram = GuestRam::create(PhysAddr{0}, kPages * kPageSize, Backing::reserved).value();
    ram.protect_code_in_host();
    ASSERT_EQ(::mprotect(ram.host(PhysAddr{0}), kPages * kPageSize, PROT_READ | PROT_WRITE), 0);
    ram.set_permissions(PhysAddr{0}, kPages * kPageSize, kAll);
    const auto is_code = [&](std::uint64_t page) {
        return (ram.flags_at(PhysAddr{page * kPageSize}) & page::kCode) != 0;
    };
    std::uint64_t given_up = 0;
    for (std::uint64_t page = 0; page < kPages; page += 2) {
        const PhysAddr address{page * kPageSize};
        const std::uint64_t generation = ram.code_generation();
        ram.mark_code(address, 4);
        ASSERT_EQ(ram.protect_code(address, generation), GuestRam::Closing::done) << page;
        ASSERT_TRUE(is_code(page));
        given_up += page != 0 and not is_code(page - 2) ? 1 : 0;
    }
    EXPECT_GE(given_up, 1u);
    EXPECT_LE(given_up, kPages / most_mappings() + 1);  // all of it at once
    for (std::uint64_t page = 0; page < kPages; page += 1000) {
        ASSERT_TRUE(ram.write<std::uint8_t>(PhysAddr{page * kPageSize}, 1));
        ASSERT_FALSE(is_code(page));
    }
}

TEST_F(HostProtectedCode, IsNotProtectedByTheMarkAlone) {
    ram_.mark_code(at(1), 4);
    EXPECT_TRUE(host_may_write(1));
    ram_.protect_marked_code();
    EXPECT_FALSE(host_may_write(1));
    EXPECT_TRUE(host_may_write(2));
}

TEST_F(HostProtectedCode, IsWritableAgainOnceAWriteIsReported) {
    decode(1);
    const auto before = ram_.code_generation();
    ASSERT_TRUE(ram_.write<std::uint32_t>(at(1), 7).has_value());
    EXPECT_GT(ram_.code_generation(), before);
    EXPECT_FALSE(marked(1));
    EXPECT_TRUE(host_may_write(1));
    decode(1);
    EXPECT_FALSE(host_may_write(1));
}

TEST_F(HostProtectedCode, ThatGrantsNoWritingIsLeftAsItIs) {
    map(4, 1, page::kRead | page::kExecute);
    decode(4);
    ram_.store_notify(at(4), 1);
    EXPECT_FALSE(host_may_write(4));
}

TEST_F(HostProtectedCode, IsOpenedInARangeAndStaysOpenWhileThatIsHeld) {
    decode(0);
    decode(1);
    decode(2);
    {
        const auto opened = ram_.open_code(at(1), 2 * kPageSize);
        EXPECT_TRUE(opened.owns_lock());
        EXPECT_FALSE(host_may_write(0));
        EXPECT_TRUE(host_may_write(1));
        EXPECT_TRUE(host_may_write(2));
        EXPECT_FALSE(marked(2));
    }
    decode(1);
    EXPECT_FALSE(host_may_write(1));
}

TEST_F(HostProtectedCode, StaysProtectedWhenTheMemoryMoves) {
    decode(1);
    ram_ = GuestRam(std::move(ram_));
    EXPECT_FALSE(host_may_write(1));
    ram_.store_notify(at(1), 1);
    EXPECT_TRUE(host_may_write(1));
}

TEST_F(HostProtectedCode, IsHeldTogetherWithTheJournalForAFork) {
    const auto hold = ram_.hold();
    EXPECT_TRUE(hold.changes.owns_lock());
    EXPECT_TRUE(hold.journal.owns_lock());
}

TEST(GuestRamUnprotected, OpensNothingWhereTheHostProtectsNothing) {
    GuestRam ram = GuestRam::create(PhysAddr{0}, kSize, Backing::reserved).value();
    ram.mark_code(PhysAddr{0}, 4);
    const auto opened = ram.open_code(PhysAddr{0}, kPageSize);
    EXPECT_FALSE(opened.owns_lock());
    EXPECT_NE(ram.flags_at(PhysAddr{0}) & page::kCode, 0);
}

TEST(GuestRamReservedDeathTest, HasMemoryThatNobodyCanReachBeforeAndBehindIt) {
    GuestRam ram = GuestRam::create(PhysAddr{0}, kSize, Backing::reserved).value();
    volatile std::byte* const first = ram.host(PhysAddr{0});
    EXPECT_DEATH(static_cast<void>(*(first - kReserveGuard)), "");
    EXPECT_DEATH(static_cast<void>(*(first + kSize + kReserveGuard - 1)), "");
}

}  // namespace
}  // namespace vm::mem
