#include "vm/guest/riscv/user_memory.h"

#include <atomic>
#include <sys/mman.h>

#include <gtest/gtest.h>

#include "vm/guest/riscv/trap_cause.h"

namespace vm::guest::riscv {
namespace {

constexpr std::uint64_t kPage = 0x40000;

class UserMemoryTest : public ::testing::Test {
  protected:
    UserMemoryTest() {
        const auto at = mem::PhysAddr{kPage};
        EXPECT_EQ(::mprotect(ram_.host(at), mem::kPageSize, PROT_READ | PROT_WRITE), 0);
    }

    void permit(std::uint8_t permissions) {
        ram_.set_permissions(mem::PhysAddr{kPage}, mem::kPageSize, permissions);
    }

    mem::GuestRam ram_ =
        mem::GuestRam::create(mem::PhysAddr{0}, UserMemory::kSize, mem::Backing::reserved).value();
    UserMemory memory_{ram_};
};

TEST_F(UserMemoryTest, FastPathsFollowThePagesPermissions) {
    EXPECT_EQ(memory_.load_pointer(kPage, 8), nullptr);
    permit(mem::page::kRead);
    EXPECT_EQ(memory_.load_pointer(kPage, 8), ram_.host(mem::PhysAddr{kPage}));
    EXPECT_EQ(memory_.store_pointer(kPage, 8), nullptr);
    permit(mem::page::kRead | mem::page::kWrite);
    EXPECT_EQ(memory_.store_pointer(kPage, 8), ram_.host(mem::PhysAddr{kPage}));
}

TEST_F(UserMemoryTest, FastPathsRefuseAccessesThatCrossThePage) {
    permit(mem::page::kRead);
    EXPECT_NE(memory_.load_pointer(kPage + 4096 - 8, 8), nullptr);
    EXPECT_EQ(memory_.load_pointer(kPage + 4096 - 7, 8), nullptr);
    EXPECT_NE(memory_.load_pointer(kPage + 4095, 1), nullptr);
}

TEST_F(UserMemoryTest, StoreToDecodedPageTakesTheSlowPathOnceAndAdvancesTheGeneration) {
    permit(mem::page::kPermissions);
    EXPECT_TRUE(memory_.fetch(kPage));
    const std::uint64_t before = memory_.code_generation();
    EXPECT_EQ(memory_.store_pointer(kPage + 64, 4), nullptr);
    EXPECT_TRUE(memory_.store_slow(kPage + 64, 4, 0x12345678));
    EXPECT_EQ(memory_.code_generation(), before + 1);
    EXPECT_NE(memory_.store_pointer(kPage + 64, 4), nullptr);
    EXPECT_TRUE(memory_.load_slow(kPage + 64, 4));
    EXPECT_EQ(memory_.slow().value, 0x12345678U);
}

TEST_F(UserMemoryTest, AtomicAccessDemandsAlignmentAndWritePermission) {
    permit(mem::page::kRead);
    EXPECT_EQ(memory_.atomic_pointer(kPage, 8), nullptr);
    EXPECT_EQ(memory_.slow().trap, (engine::Trap{cause::kStorePage, kPage}));
    EXPECT_EQ(memory_.reserve_pointer(kPage + 4, 8), nullptr);
    EXPECT_EQ(memory_.slow().trap, (engine::Trap{cause::kLoadMisaligned, kPage + 4}));
    EXPECT_NE(memory_.reserve_pointer(kPage + 8, 8), nullptr);
}

TEST_F(UserMemoryTest, FetchDemandsExecutePermissionAndAnswersBytesToThePageEnd) {
    permit(mem::page::kRead);
    EXPECT_FALSE(memory_.fetch(kPage));
    EXPECT_EQ(memory_.slow().trap, (engine::Trap{cause::kFetchPage, kPage}));
    permit(mem::page::kRead | mem::page::kExecute);
    EXPECT_TRUE(memory_.fetch(kPage + 4094));
    EXPECT_EQ(memory_.slow().code_bytes, 2U);
}

TEST_F(UserMemoryTest, AmongThreadsAPageIsDecodedOnlyAfterTheOthersLetGo) {
    permit(mem::page::kRead | mem::page::kExecute);
    std::atomic<unsigned> marking = 0;
    int asked = 0;
    memory_.share_code(marking, [&] {
        ++asked;
        EXPECT_EQ(marking.load(), 1U);
        EXPECT_NE(ram_.flags_at(mem::PhysAddr{kPage}) & mem::page::kCode, 0);
    });
    EXPECT_FALSE(memory_.fetch(kPage));
    EXPECT_EQ(memory_.slow().trap, (engine::Trap{UserMemory::kFetchAgain, kPage}));
    EXPECT_TRUE(memory_.fetch(kPage));
    EXPECT_EQ(asked, 1);
    EXPECT_EQ(marking.load(), 0U);
}

constexpr Watchpoint kWatchedWord{.address = kPage + 8, .length = 4, .loads = true, .stores = true};

TEST_F(UserMemoryTest, AccessesToWatchedDataAreRefusedAndOthersInItsPageAreNot) {
    permit(mem::page::kRead | mem::page::kWrite);
    memory_.set_watchpoints({kWatchedWord});
    ram_.watch({{mem::PhysAddr{kPage}, mem::page::kRead | mem::page::kWrite}});
    EXPECT_EQ(memory_.load_pointer(kPage, 4), nullptr);
    EXPECT_EQ(memory_.store_pointer(kPage, 4), nullptr);
    EXPECT_TRUE(memory_.store_slow(kPage + 4, 4, 1));
    EXPECT_EQ(memory_.take_watch_hit(), std::nullopt);
    EXPECT_FALSE(memory_.store_slow(kPage + 8, 8, 1));
    EXPECT_EQ(memory_.slow().trap.cause, UserMemory::kWatched);
    EXPECT_EQ(memory_.take_watch_hit(), (WatchHit{kWatchedWord, kPage + 8}));
    EXPECT_TRUE(memory_.load_slow(kPage, 8));
    EXPECT_EQ(memory_.slow().value, 1ULL << 32);
    EXPECT_FALSE(memory_.load_slow(kPage + 5, 4));
    EXPECT_EQ(memory_.reserve_pointer(kPage + 8, 8), nullptr);
    EXPECT_EQ(memory_.atomic_pointer(kPage + 8, 4), nullptr);
    memory_.pass_watched();
    EXPECT_TRUE(memory_.store_slow(kPage + 8, 4, 7));
    EXPECT_NE(memory_.atomic_pointer(kPage + 8, 4), nullptr);
    memory_.refuse_watched();
    EXPECT_FALSE(memory_.load_slow(kPage + 11, 1));
}

TEST_F(UserMemoryTest, WhatIsForbiddenFaultsBeforeItIsWatched) {
    permit(mem::page::kRead);
    memory_.set_watchpoints({kWatchedWord});
    ram_.watch({{mem::PhysAddr{kPage}, mem::page::kRead | mem::page::kWrite}});
    EXPECT_FALSE(memory_.store_slow(kPage + 8, 4, 1));
    EXPECT_EQ(memory_.slow().trap, (engine::Trap{cause::kStorePage, kPage + 8}));
    EXPECT_EQ(memory_.take_watch_hit(), std::nullopt);
    ram_.watch({});
    EXPECT_NE(memory_.load_pointer(kPage + 8, 4), nullptr);
}

TEST_F(UserMemoryTest, WhoeverHasWaitedDoesNotWaitAgainUntilCodeIsOverwritten) {
    permit(mem::page::kPermissions);
    std::atomic<unsigned> marking = 1;  // as other threads keep it
    int asked = 0;
    memory_.share_code(marking, [&] { ++asked; });
    EXPECT_FALSE(memory_.fetch(kPage));
    EXPECT_TRUE(memory_.fetch(kPage + 8));
    EXPECT_EQ(asked, 1);
    EXPECT_TRUE(memory_.store_slow(kPage, 4, 1));
    EXPECT_FALSE(memory_.fetch(kPage));
    EXPECT_TRUE(memory_.fetch(kPage));
    EXPECT_EQ(asked, 2);
}

TEST_F(UserMemoryTest, AMarkThatAnotherThreadStillWaitsForIsNotEnough) {
    permit(mem::page::kRead | mem::page::kExecute);
    std::atomic<unsigned> marking = 1;
    int asked = 0;
    memory_.share_code(marking, [&] { ++asked; });
    ram_.mark_code(mem::PhysAddr{kPage}, 1);
    EXPECT_FALSE(memory_.fetch(kPage));
    EXPECT_EQ(asked, 1);
    marking = 0;
    EXPECT_TRUE(memory_.fetch(kPage));
    EXPECT_EQ(asked, 1);
}

}  // namespace
}  // namespace vm::guest::riscv
