#include "vm/guest/riscv/pte_access.h"

#include <gtest/gtest.h>

namespace vm::guest::riscv {
namespace {

constexpr mem::PhysAddr kBase{0x8000'0000};
constexpr mem::PhysAddr kOutside{0x1000};
constexpr std::uint64_t kEntry = 0x1234'0001;
constexpr std::uint64_t kWanted = 0x1234'00c1;

class PteAccessTest : public ::testing::Test {
  protected:
    PteAccessTest() { EXPECT_TRUE(ram_.write(kBase + 8, kEntry)); }

    // Whatever is asked, from address 0 to the end of memory.
    void allow(std::uint8_t permissions) {
        constexpr std::uint64_t kNapot = 3 << 3;
        pmp_.write_address(0, (std::uint64_t{1} << 53) - 1);
        pmp_.write_config(0, kNapot | permissions);
    }

    mem::GuestRam ram_ = mem::GuestRam::create(kBase, 0x1000).value();
    Pmp pmp_;
    PteAccess access_{ram_, pmp_};
};

TEST_F(PteAccessTest, EntryIsReadAndReplacedWherePmpAllowsIt) {
    allow(3);
    EXPECT_EQ(access_.load(kBase + 8), kEntry);
    EXPECT_EQ(access_.compare_exchange(kBase + 8, kEntry, kWanted), mmu::PteSwap::done);
    EXPECT_EQ(access_.load(kBase + 8), kWanted);
}

TEST_F(PteAccessTest, EntryThatChangedMeanwhileStays) {
    allow(3);
    EXPECT_EQ(access_.compare_exchange(kBase + 8, kEntry + 1, kWanted), mmu::PteSwap::changed);
    EXPECT_EQ(access_.load(kBase + 8), kEntry);
}

// The walk has the privilege of S, whom no entry of PMP lets pass.
TEST_F(PteAccessTest, NothingIsReachedWithoutAnEntryOfPmp) {
    EXPECT_FALSE(access_.load(kBase + 8).has_value());
    EXPECT_EQ(access_.compare_exchange(kBase + 8, kEntry, kWanted), mmu::PteSwap::refused);
    EXPECT_EQ(ram_.read<std::uint64_t>(kBase + 8), kEntry);
}

TEST_F(PteAccessTest, EntryThatMayOnlyBeReadIsNotReplaced) {
    allow(1);
    EXPECT_EQ(access_.load(kBase + 8), kEntry);
    EXPECT_EQ(access_.compare_exchange(kBase + 8, kEntry, kWanted), mmu::PteSwap::refused);
    EXPECT_EQ(access_.load(kBase + 8), kEntry);
}

TEST_F(PteAccessTest, EntryThatMayOnlyBeExecutedIsNotRead) {
    allow(4);
    EXPECT_FALSE(access_.load(kBase + 8).has_value());
}

TEST_F(PteAccessTest, WhereThereIsNoMemoryThereIsNoEntry) {
    allow(7);
    EXPECT_FALSE(access_.load(kOutside).has_value());
    EXPECT_EQ(access_.compare_exchange(kOutside, 0, kWanted), mmu::PteSwap::refused);
}

TEST_F(PteAccessTest, ReplacingAnEntryInAPageOfDecodedCodeIsAWriteToIt) {
    allow(3);
    ram_.mark_code(kBase, 4);
    const std::uint64_t before = ram_.code_generation();
    EXPECT_EQ(access_.compare_exchange(kBase + 8, kEntry, kWanted), mmu::PteSwap::done);
    EXPECT_EQ(ram_.code_generation(), before + 1);
}

}  // namespace
}  // namespace vm::guest::riscv
