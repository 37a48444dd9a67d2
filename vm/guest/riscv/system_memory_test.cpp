#include "vm/guest/riscv/system_memory.h"

#include <vector>

#include <gtest/gtest.h>

namespace vm::guest::riscv {
namespace {

constexpr std::uint64_t kBase = 0x80000000;
constexpr std::uint64_t kSize = 0x8000;
constexpr std::uint64_t kNapotAll = (std::uint64_t{1} << 53) - 1;

constexpr std::uint16_t number(Csr csr) { return static_cast<std::uint16_t>(csr); }

class SystemMemoryTest : public ::testing::Test {
  protected:
    void write_csr(Csr csr, std::uint64_t value) { ASSERT_TRUE(csrs_.write(number(csr), value).has_value()); }

    // PMP that allows everything but what entries above add.
    void allow_all_from_entry(unsigned entry) {
        write_csr(Csr{static_cast<std::uint16_t>(number(Csr::pmpaddr0) + entry)}, kNapotAll);
        write_csr(Csr::pmpcfg0, std::uint64_t{0x1f} << (8 * entry));
    }
    void to_user() {
        write_csr(Csr::mstatus, 0);
        ASSERT_TRUE(csrs_.mret().has_value());
    }
    engine::Trap load_trap(std::uint64_t address, unsigned size) {
        EXPECT_EQ(memory_.load_pointer(address, size), nullptr);
        EXPECT_FALSE(memory_.load_slow(address, size));
        return memory_.slow().trap;
    }
    engine::Trap store_trap(std::uint64_t address, unsigned size) {
        EXPECT_EQ(memory_.store_pointer(address, size), nullptr);
        EXPECT_FALSE(memory_.store_slow(address, size, 0));
        return memory_.slow().trap;
    }
    engine::Trap fetch_trap(std::uint64_t address) {
        EXPECT_FALSE(memory_.fetch(address));
        return memory_.slow().trap;
    }

    mem::GuestRam ram_ = mem::GuestRam::create(mem::PhysAddr{kBase}, kSize).value();
    mem::MmioBus bus_;
    CsrFile csrs_{HartKind::machine, 0, [] { return std::uint64_t{0}; }};
    SystemMemory memory_{ram_, bus_, csrs_};
};

TEST_F(SystemMemoryTest, LoadAfterStoreReadsItBackAndFillsTheFastPath) {
    EXPECT_TRUE(memory_.store_slow(kBase + 0x10, 8, 0x1122334455667788));
    EXPECT_TRUE(memory_.load_slow(kBase + 0x10, 4));
    EXPECT_EQ(memory_.slow().value, 0x55667788u);
    EXPECT_EQ(memory_.load_pointer(kBase + 0x20, 8), ram_.host(mem::PhysAddr{kBase + 0x20}));
    EXPECT_EQ(memory_.store_pointer(kBase + 0x20, 8), ram_.host(mem::PhysAddr{kBase + 0x20}));
    EXPECT_EQ(memory_.load_pointer(kBase + 0xffd, 4), nullptr);
}

TEST_F(SystemMemoryTest, MisalignedAccessAcrossPagesWorks) {
    EXPECT_TRUE(memory_.store_slow(kBase + 0xffd, 8, 0x8877665544332211));
    EXPECT_TRUE(memory_.load_slow(kBase + 0xffd, 8));
    EXPECT_EQ(memory_.slow().value, 0x8877665544332211u);
    EXPECT_TRUE(memory_.load_slow(kBase + 0x1000, 1));
    EXPECT_EQ(memory_.slow().value, 0x44u);
}

TEST_F(SystemMemoryTest, AccessOutsideRamRaisesAccessFaultAtItsAddress) {
    EXPECT_EQ(load_trap(0x1000, 4), (engine::Trap{cause::kLoadAccess, 0x1000}));
    EXPECT_EQ(store_trap(0x1000, 4), (engine::Trap{cause::kStoreAccess, 0x1000}));
    EXPECT_EQ(fetch_trap(0x1000), (engine::Trap{cause::kFetchAccess, 0x1000}));
    EXPECT_EQ(load_trap(~std::uint64_t{0} - 3, 8), (engine::Trap{cause::kLoadAccess, ~std::uint64_t{0} - 3}));
}

TEST_F(SystemMemoryTest, AccessThatLeavesRamFaultsAtTheFirstByteBeyondAndWritesNothing) {
    EXPECT_EQ(load_trap(kBase + kSize - 4, 8), (engine::Trap{cause::kLoadAccess, kBase + kSize}));
    EXPECT_EQ(store_trap(kBase + kSize - 4, 8), (engine::Trap{cause::kStoreAccess, kBase + kSize}));
    EXPECT_EQ(load_trap(kBase - 2, 4), (engine::Trap{cause::kLoadAccess, kBase - 2}));
}

TEST_F(SystemMemoryTest, UserModeNeedsAPmpEntry) {
    to_user();
    EXPECT_EQ(load_trap(kBase, 4), (engine::Trap{cause::kLoadAccess, kBase}));
    EXPECT_EQ(store_trap(kBase, 4), (engine::Trap{cause::kStoreAccess, kBase}));
    EXPECT_EQ(fetch_trap(kBase), (engine::Trap{cause::kFetchAccess, kBase}));
}

TEST_F(SystemMemoryTest, WhatMachineModeCachedIsNotSeenByUserMode) {
    EXPECT_TRUE(memory_.load_slow(kBase, 4));
    EXPECT_NE(memory_.load_pointer(kBase, 4), nullptr);
    to_user();
    EXPECT_EQ(memory_.load_pointer(kBase, 4), nullptr);
    csrs_.enter_trap({cause::kLoadAccess, kBase}, kBase);
    EXPECT_NE(memory_.load_pointer(kBase, 4), nullptr);
}

TEST_F(SystemMemoryTest, MprvMakesLoadsAndStoresButNotFetchesUserAccesses) {
    EXPECT_TRUE(memory_.load_slow(kBase, 4));
    write_csr(Csr::mstatus, std::uint64_t{1} << 17);
    EXPECT_EQ(load_trap(kBase, 4), (engine::Trap{cause::kLoadAccess, kBase}));
    EXPECT_TRUE(memory_.fetch(kBase));
}

TEST_F(SystemMemoryTest, PmpWriteEmptiesTheFastPaths) {
    allow_all_from_entry(0);
    to_user();
    EXPECT_TRUE(memory_.store_slow(kBase, 4, 1));
    EXPECT_NE(memory_.store_pointer(kBase, 4), nullptr);
    csrs_.enter_trap({cause::kEcallFromU, 0}, kBase);
    const std::uint64_t permissions = memory_.code_permissions();
    write_csr(Csr::pmpcfg0, 0x19);
    EXPECT_GT(memory_.code_permissions(), permissions);
    to_user();
    EXPECT_EQ(store_trap(kBase, 4), (engine::Trap{cause::kStoreAccess, kBase}));
    EXPECT_TRUE(memory_.load_slow(kBase, 4));
}

TEST_F(SystemMemoryTest, PageThatPmpSplitsNeverEntersTheFastPath) {
    write_csr(Csr::pmpaddr0, (kBase + 0x100) >> 2);
    allow_all_from_entry(1);
    write_csr(Csr::pmpcfg0, 0x1f10);  // entry 0: four bytes without permission
    to_user();
    EXPECT_TRUE(memory_.load_slow(kBase, 4));
    EXPECT_EQ(memory_.load_pointer(kBase, 4), nullptr);
    EXPECT_EQ(load_trap(kBase + 0x100, 4), (engine::Trap{cause::kLoadAccess, kBase + 0x100}));
    EXPECT_EQ(load_trap(kBase + 0xfd, 4), (engine::Trap{cause::kLoadAccess, kBase + 0xfd}));
    EXPECT_TRUE(memory_.load_slow(kBase + 0x1000, 4));
    EXPECT_NE(memory_.load_pointer(kBase + 0x1000, 4), nullptr);
}

TEST_F(SystemMemoryTest, FetchOffersBytesToTheEndOfThePageOrThePmpBoundary) {
    EXPECT_TRUE(memory_.fetch(kBase + 0xff0));
    EXPECT_EQ(memory_.slow().code, ram_.host(mem::PhysAddr{kBase + 0xff0}));
    EXPECT_EQ(memory_.slow().code_bytes, 0x10u);
    write_csr(Csr::pmpaddr0, (kBase + 0x100) >> 2);
    write_csr(Csr::pmpcfg0, 0x90);  // locked, four bytes, no permission
    EXPECT_TRUE(memory_.fetch(kBase + 0xfe));
    EXPECT_EQ(memory_.slow().code_bytes, 2u);
    EXPECT_EQ(fetch_trap(kBase + 0x100), (engine::Trap{cause::kFetchAccess, kBase + 0x100}));
}

TEST_F(SystemMemoryTest, StoresToDecodedCodeAdvanceTheGeneration) {
    EXPECT_TRUE(memory_.store_slow(kBase, 4, 0));
    EXPECT_TRUE(memory_.fetch(kBase));
    EXPECT_TRUE(memory_.fetch(kBase + 0x1000));
    EXPECT_EQ(memory_.store_pointer(kBase, 4), nullptr);
    const std::uint64_t generation = memory_.code_generation();
    EXPECT_TRUE(memory_.store_slow(kBase, 4, 0));
    EXPECT_EQ(memory_.code_generation(), generation + 1);
    EXPECT_TRUE(memory_.store_slow(kBase + 8, 4, 0));
    EXPECT_EQ(memory_.code_generation(), generation + 1);
    EXPECT_TRUE(memory_.store_slow(kBase + 0x1000, 4, 0));
    EXPECT_EQ(memory_.code_generation(), generation + 2);
    EXPECT_TRUE(memory_.fetch(kBase));
    EXPECT_TRUE(memory_.store_slow(kBase + 0xffe, 4, 0));
    EXPECT_EQ(memory_.code_generation(), generation + 3);
}

TEST_F(SystemMemoryTest, OthersAreWaitedForOnceForAPageThatIsWrittenAndDecodedAgain) {
    std::vector<mem::PhysAddr> asked;
    memory_.share_code([&](mem::PhysAddr page) { asked.push_back(page); });
    for (int round = 0; round < 100; ++round) {
        EXPECT_TRUE(memory_.fetch(kBase + 0x10));
        EXPECT_TRUE(memory_.store_slow(kBase + 0x20, 8, 0));
        EXPECT_EQ(memory_.store_pointer(kBase + 0x20, 8), nullptr);
    }
    EXPECT_EQ(asked, std::vector{mem::PhysAddr{kBase}});
}

TEST_F(SystemMemoryTest, AStoreThatAnotherHartMakesWhileAPageIsDecodedIsReported) {
    memory_.share_code([](mem::PhysAddr) {});
    EXPECT_TRUE(memory_.fetch(kBase));
    EXPECT_TRUE(memory_.store_slow(kBase, 4, 0));
    const std::uint64_t generation = memory_.code_generation();
    *ram_.host(mem::PhysAddr{kBase}) = std::byte{1};  // it found no code and stores
    EXPECT_TRUE(memory_.fetch(kBase));
    ram_.report_store(mem::PhysAddr{kBase});  // and looks again
    EXPECT_EQ(memory_.code_generation(), generation + 1);
}

TEST_F(SystemMemoryTest, AGuardThatIsReleasedWhileOthersAreWaitedForBeginsAnew) {
    int asked = 0;
    memory_.share_code([&](mem::PhysAddr page) {
        if (++asked < 3) {
            ram_.release_guard(page);
        }
    });
    EXPECT_TRUE(memory_.fetch(kBase));
    EXPECT_EQ(asked, 3);
    EXPECT_NE(ram_.flags_at(mem::PhysAddr{kBase}) & mem::page::kGuarded, 0);
}

TEST_F(SystemMemoryTest, APageThatIsCodeNoMoreComesBackToTheFastPath) {
    EXPECT_TRUE(memory_.fetch(kBase));
    int slow = 0;
    while (memory_.store_pointer(kBase, 8) == nullptr and slow < 1000) {
        EXPECT_TRUE(memory_.store_slow(kBase, 8, 0));
        ++slow;
    }
    EXPECT_GT(slow, 100);
    EXPECT_LT(slow, 1000);
    EXPECT_TRUE(memory_.fetch(kBase));
    EXPECT_EQ(memory_.store_pointer(kBase, 8), nullptr);
}

TEST_F(SystemMemoryTest, MisalignedAtomicIsNotSplit) {
    EXPECT_EQ(memory_.atomic_pointer(kBase + 2, 4), nullptr);
    EXPECT_EQ(memory_.slow().trap, (engine::Trap{cause::kStoreMisaligned, kBase + 2}));
    EXPECT_EQ(memory_.reserve_pointer(kBase + 4, 8), nullptr);
    EXPECT_EQ(memory_.slow().trap, (engine::Trap{cause::kLoadMisaligned, kBase + 4}));
}

TEST_F(SystemMemoryTest, AtomicNeedsReadAndWriteAndFaultsAsAStore) {
    allow_all_from_entry(0);
    write_csr(Csr::pmpcfg0, 0x19);  // read only
    to_user();
    EXPECT_NE(memory_.reserve_pointer(kBase, 4), nullptr);
    EXPECT_EQ(memory_.atomic_pointer(kBase, 4), nullptr);
    EXPECT_EQ(memory_.slow().trap, (engine::Trap{cause::kStoreAccess, kBase}));
    EXPECT_EQ(memory_.atomic_pointer(0, 4), nullptr);
    EXPECT_EQ(memory_.slow().trap, (engine::Trap{cause::kStoreAccess, 0}));
    EXPECT_EQ(memory_.reserve_pointer(0, 4), nullptr);
    EXPECT_EQ(memory_.slow().trap, (engine::Trap{cause::kLoadAccess, 0}));
}

// It is carried out after the pointer is given: the next decoding has to wait for it.
TEST_F(SystemMemoryTest, AtomicOnDecodedCodeAdvancesTheGenerationAndEndsTheGuard) {
    EXPECT_TRUE(memory_.fetch(kBase));
    const std::uint64_t generation = memory_.code_generation();
    EXPECT_EQ(memory_.atomic_pointer(kBase + 8, 8), ram_.host(mem::PhysAddr{kBase + 8}));
    EXPECT_GT(memory_.code_generation(), generation);
    EXPECT_EQ(memory_.atomic_pointer(kBase + 16, 8), ram_.host(mem::PhysAddr{kBase + 16}));
    EXPECT_FALSE(ram_.mark_guarded_code(mem::PhysAddr{kBase}));
}

TEST_F(SystemMemoryTest, WatchHearsEveryStoreThatTouchesItsEightBytes) {
    int calls = 0;
    EXPECT_TRUE(memory_.store_slow(kBase + 0x1000, 8, 0));
    memory_.watch(mem::PhysAddr{kBase + 0x1040}, [&] { ++calls; });
    EXPECT_EQ(memory_.store_pointer(kBase + 0x1000, 8), nullptr);
    EXPECT_TRUE(memory_.store_slow(kBase + 0x1000, 8, 0));
    EXPECT_TRUE(memory_.store_slow(kBase + 0x1048, 8, 0));
    EXPECT_EQ(calls, 0);
    EXPECT_TRUE(memory_.store_slow(kBase + 0x1044, 1, 0));
    EXPECT_TRUE(memory_.store_slow(kBase + 0x103e, 4, 0));
    EXPECT_NE(memory_.atomic_pointer(kBase + 0x1040, 8), nullptr);
    EXPECT_EQ(calls, 3);
    EXPECT_EQ(memory_.store_pointer(kBase + 0x1000, 8), nullptr);
}

TEST_F(SystemMemoryTest, CountsSlowPathsAndFlushes) {
    EXPECT_TRUE(memory_.load_slow(kBase, 4));
    EXPECT_TRUE(memory_.store_slow(kBase, 4, 0));
    write_csr(Csr::pmpaddr0, 1);
    EXPECT_EQ(memory_.counts().load_misses, 1u);
    EXPECT_EQ(memory_.counts().store_misses, 1u);
    EXPECT_EQ(memory_.counts().flushes, 1u);
}

}  // namespace
}  // namespace vm::guest::riscv
