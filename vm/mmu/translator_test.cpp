#include "vm/mmu/translator.h"

#include <gtest/gtest.h>

#include "vm/mmu/page_table_builder.h"
#include "vm/mmu/ram_pte_memory.h"

namespace vm::mmu {
namespace {

using mem::Access;
using mem::PhysAddr;

constexpr PhysAddr kBase{0x80000000};
constexpr std::uint64_t kReadable = pte::kRead | pte::kUser | pte::kAccessed;
constexpr std::uint64_t kWritable = kReadable | pte::kWrite;

class TranslatorTest : public ::testing::Test {
  protected:
    TranslatorTest() { translator_.select(tables_.table(), 1); }

    Translation translate(std::uint64_t address, Access access = Access::load) {
        return translator_.translate(memory_, {address, access, {AccessorMode::user, false, false}});
    }
    std::uint64_t found(std::uint64_t address) { return raw(translate(address).mapping.address); }

    mem::GuestRam ram_ = mem::GuestRam::create(kBase, 64 * mem::kPageSize).value();
    RamPteMemory memory_{ram_};
    PageTableBuilder tables_{ram_, PagingMode::sv39, kBase};
    Translator translator_;
};

TEST_F(TranslatorTest, SecondLookupNeedsNoWalk) {
    tables_.map(0x1000, 0x9000'0000, kReadable);
    EXPECT_EQ(found(0x1234), 0x9000'0234U);
    EXPECT_EQ(found(0x1ff8), 0x9000'0ff8U);
    EXPECT_EQ(translator_.counts().misses, 1U);
    EXPECT_EQ(translator_.counts().walks, 1U);
    EXPECT_EQ(translator_.counts().hits, 1U);
}

TEST_F(TranslatorTest, SuperpageIsWalkedOnceForAllOfItsPages) {
    tables_.map(0x20'0000, 0x4000'0000, kReadable, 1);
    for (std::uint64_t page = 0; page < 512; ++page) {
        ASSERT_EQ(found(0x20'0000 + page * 0x1000), 0x4000'0000 + page * 0x1000);
    }
    EXPECT_EQ(translator_.counts().walks, 1U);
}

TEST_F(TranslatorTest, ChangedTableIsSeenAfterAFlushOnly) {
    tables_.map(0x1000, 0x9000'0000, kReadable);
    EXPECT_EQ(found(0x1000), 0x9000'0000U);
    tables_.map(0x1000, 0xa000'0000, kReadable);
    EXPECT_EQ(found(0x1000), 0x9000'0000U);
    translator_.flush_address(0x1000, 1);
    EXPECT_EQ(found(0x1000), 0xa000'0000U);
    EXPECT_EQ(translator_.counts().flushes, 1U);
}

TEST_F(TranslatorTest, RightsGrantedInTheTableNeedNoFlush) {
    tables_.map(0x1000, 0x9000'0000, kReadable);
    EXPECT_EQ(translate(0x1000).status, TranslationStatus::mapped);
    EXPECT_EQ(translate(0x1000, Access::store).status, TranslationStatus::page_fault);
    tables_.map(0x1000, 0x9000'0000, kWritable | pte::kDirty);
    EXPECT_EQ(translate(0x1000, Access::store).status, TranslationStatus::mapped);
    EXPECT_EQ(translator_.counts().faults, 1U);
}

TEST_F(TranslatorTest, FirstStoreToACleanPageWalksAndSetsTheDirtyBit) {
    const PhysAddr leaf = tables_.map(0x1000, 0x9000'0000, kWritable);
    translator_.select(tables_.table({.ad_update = AdUpdate::hardware}), 1);
    EXPECT_EQ(translate(0x1000).status, TranslationStatus::mapped);
    EXPECT_EQ(translate(0x1000, Access::store).status, TranslationStatus::mapped);
    EXPECT_EQ(*ram_.read<std::uint64_t>(leaf) & pte::kDirty, pte::kDirty);
    EXPECT_EQ(translate(0x1000, Access::store).status, TranslationStatus::mapped);
    EXPECT_EQ(translator_.counts().walks, 2U);
}

TEST_F(TranslatorTest, AddressSpacesKeepTheirOwnTranslationsAcrossSwitches) {
    PageTableBuilder other(ram_, PagingMode::sv39, tables_.end() + 16 * mem::kPageSize);
    tables_.map(0x1000, 0x9000'0000, kReadable);
    other.map(0x1000, 0xa000'0000, kReadable);
    for (unsigned i = 0; i < 3; ++i) {
        translator_.select(tables_.table(), 1);
        EXPECT_EQ(found(0x1000), 0x9000'0000U);
        translator_.select(other.table(), 2);
        EXPECT_EQ(found(0x1000), 0xa000'0000U);
    }
    EXPECT_EQ(translator_.counts().walks, 2U);
    translator_.flush_asid(2);
    EXPECT_EQ(found(0x1000), 0xa000'0000U);
    EXPECT_EQ(translator_.counts().walks, 3U);
}

TEST_F(TranslatorTest, FaultIsNotRemembered) {
    EXPECT_EQ(translate(0x1000).status, TranslationStatus::page_fault);
    tables_.map(0x1000, 0x9000'0000, kReadable);
    EXPECT_EQ(translate(0x1000).status, TranslationStatus::mapped);
}

TEST_F(TranslatorTest, NonCanonicalAddressFaultsThoughItsTwinIsKnown) {
    tables_.map(0x1000, 0x9000'0000, kReadable);
    EXPECT_EQ(translate(0x1000).status, TranslationStatus::mapped);
    EXPECT_EQ(translate(std::uint64_t{1} << 60 | 0x1000).status, TranslationStatus::page_fault);
}

TEST_F(TranslatorTest, AddressThatIsCanonicalInAnotherModeOnlyFaultsAfterTheChange) {
    PageTableBuilder longer(ram_, PagingMode::sv48, tables_.end() + 16 * mem::kPageSize);
    longer.map(std::uint64_t{1} << 40, 0x9000'0000, kReadable);
    translator_.select(longer.table(), 1);
    EXPECT_EQ(translate(std::uint64_t{1} << 40).status, TranslationStatus::mapped);
    translator_.select(tables_.table(), 1);
    EXPECT_EQ(translate(std::uint64_t{1} << 40).status, TranslationStatus::page_fault);
}

TEST_F(TranslatorTest, FlushForgetsAllAddressSpaces) {
    tables_.map(0x1000, 0x9000'0000, kReadable | pte::kGlobal);
    found(0x1000);
    translator_.flush_asid(1);
    found(0x1000);
    EXPECT_EQ(translator_.counts().walks, 1U);
    translator_.flush();
    found(0x1000);
    EXPECT_EQ(translator_.counts().walks, 2U);
    translator_.flush_address(0x1000);
    found(0x1000);
    EXPECT_EQ(translator_.counts().walks, 3U);
}

}  // namespace
}  // namespace vm::mmu
