#include "vm/mmu/second_level_tlb.h"

#include <array>

#include <gtest/gtest.h>

#include "vm/mmu/pte.h"

namespace vm::mmu {
namespace {

using mem::PhysAddr;

constexpr std::uint8_t kRights = pte::kValid | pte::kRead | pte::kUser | pte::kAccessed;
constexpr std::uint8_t kGlobalRights = kRights | pte::kGlobal;
constexpr std::uint64_t kLast = ~std::uint64_t{0} << 12;

Mapping page(std::uint64_t address, std::uint8_t rights = kRights, std::uint8_t shift = 12) {
    return {PhysAddr{address}, shift, rights};
}

TEST(SecondLevelTlb, EmptyFindsNothing) {
    const SecondLevelTlb tlb;
    EXPECT_EQ(tlb.find(0, 0), std::nullopt);
    EXPECT_EQ(tlb.find(kLast, kLargestAsid), std::nullopt);
}

TEST(SecondLevelTlb, FindsEveryByteOfAPageWithItsRights) {
    SecondLevelTlb tlb;
    tlb.insert(kLast | 0x123, 7, page(0xff'ffff'ffff'f123));
    EXPECT_EQ(tlb.find(kLast | 0xfff, 7), page(0xff'ffff'ffff'ffff));
    EXPECT_EQ(tlb.find(kLast, 7), page(0xff'ffff'ffff'f000));
    EXPECT_EQ(tlb.find(kLast - 1, 7), std::nullopt);
}

TEST(SecondLevelTlb, TellsAddressSpacesApart) {
    SecondLevelTlb tlb;
    tlb.insert(0x1000, 1, page(0x8000'1000));
    tlb.insert(0x1000, kLargestAsid, page(0x8000'2000));
    EXPECT_EQ(tlb.find(0x1000, 1), page(0x8000'1000));
    EXPECT_EQ(tlb.find(0x1000, kLargestAsid), page(0x8000'2000));
    EXPECT_EQ(tlb.find(0x1000, 0), std::nullopt);
}

TEST(SecondLevelTlb, GlobalPageIsFoundInEveryAddressSpace) {
    SecondLevelTlb tlb;
    tlb.insert(0x1000, 1, page(0x8000'1000, kGlobalRights));
    EXPECT_EQ(tlb.find(0x1000, 0), page(0x8000'1000, kGlobalRights));
    EXPECT_EQ(tlb.find(0x1000, 9), page(0x8000'1000, kGlobalRights));
}

TEST(SecondLevelTlb, SuperpageIsOneEntryForAllOfItsBytes) {
    SecondLevelTlb tlb;
    for (const auto shift : std::to_array<std::uint8_t>({16, 21, 30, 39, 48})) {
        const std::uint64_t start = std::uint64_t{3} << shift;
        const std::uint64_t last = (std::uint64_t{1} << shift) - 1;
        tlb.insert(start | 0x2345, 1, page((std::uint64_t{5} << shift) | 0x2345, kRights, shift));
        EXPECT_EQ(tlb.find(start, 1), page(std::uint64_t{5} << shift, kRights, shift)) << int{shift};
        EXPECT_EQ(tlb.find(start | last, 1), page((std::uint64_t{5} << shift) | last, kRights, shift));
        EXPECT_EQ(tlb.find(start + last + 1, 1), std::nullopt);
        EXPECT_EQ(tlb.find(start, 2), std::nullopt);
        tlb.clear();
    }
}

TEST(SecondLevelTlb, SamePageInsertedAgainReplacesWhatWasKnown) {
    SecondLevelTlb tlb;
    for (std::uint64_t i = 0; i < 8; ++i) {
        tlb.insert(0x1000, 1, page(0x8000'0000 + i * 0x1000));
    }
    EXPECT_EQ(tlb.find(0x1000, 1), page(0x8000'7000));
    tlb.erase(0x1000);
    EXPECT_EQ(tlb.find(0x1000, 1), std::nullopt);
}

TEST(SecondLevelTlb, HoldsAsManyNeighbouringPagesAsItHasEntries) {
    SecondLevelTlb tlb;
    for (std::uint64_t i = 0; i < SecondLevelTlb::kEntries; ++i) {
        tlb.insert(i << 12, 1, page(0x8000'0000 + (i << 12)));
    }
    for (std::uint64_t i = 0; i < SecondLevelTlb::kEntries; ++i) {
        ASSERT_EQ(tlb.find(i << 12, 1), page(0x8000'0000 + (i << 12)));
    }
}

TEST(SecondLevelTlb, KeepsMostOfACycleSomewhatLargerThanItself) {
    SecondLevelTlb tlb;
    constexpr std::uint64_t kPages = SecondLevelTlb::kEntries * 5 / 4;
    std::uint64_t hits = 0;
    for (unsigned round = 0; round < 8; ++round) {
        hits = 0;
        for (std::uint64_t i = 0; i < kPages; ++i) {
            if (tlb.find(i << 12, 1)) {
                ++hits;
            } else {
                tlb.insert(i << 12, 1, page(i << 12));
            }
        }
    }
    EXPECT_GT(hits, kPages / 2);
}

TEST(SecondLevelTlb, StridesOfAPowerOfTwoSpreadOverTheSets) {
    SecondLevelTlb tlb;
    for (std::uint64_t i = 0; i < 1024; ++i) {
        tlb.insert(i << 23, 1, page(i << 12));
    }
    std::uint64_t hits = 0;
    for (std::uint64_t i = 0; i < 1024; ++i) {
        hits += tlb.find(i << 23, 1) ? 1 : 0;
    }
    EXPECT_EQ(hits, 1024U);
}

// Pages by which the flushes are told apart.
struct Filled {
    SecondLevelTlb tlb;

    Filled() {
        tlb.insert(0x1000, 1, page(0x8000'1000));
        tlb.insert(0x1000, 2, page(0x8000'2000));
        tlb.insert(0x5000, 1, page(0x8000'5000));
        tlb.insert(0x6000, 1, page(0x8000'6000, kGlobalRights));
        tlb.insert(0x4000'0000, 1, page(0xc000'0000, kRights, 30));
        tlb.insert(0x4000'0000, 2, page(0xc000'0000, kRights, 30));
        tlb.insert(0x8000'0000, 1, page(0x8020'0000, kGlobalRights, 21));
    }

    bool holds(std::uint64_t address, std::uint16_t asid) const {
        return tlb.find(address, asid).has_value();
    }
};

TEST(SecondLevelTlb, ClearForgetsEverything) {
    Filled filled;
    filled.tlb.clear();
    for (const std::uint64_t address : {0x1000UL, 0x5000UL, 0x6000UL, 0x40000000UL}) {
        EXPECT_FALSE(filled.holds(address, 1));
        EXPECT_FALSE(filled.holds(address, 2));
    }
    EXPECT_FALSE(filled.holds(0x8000'0000, 1));
}

TEST(SecondLevelTlb, AddressSpaceIsForgottenWithoutGlobalPages) {
    Filled filled;
    filled.tlb.erase_asid(1);
    EXPECT_FALSE(filled.holds(0x1000, 1));
    EXPECT_FALSE(filled.holds(0x5000, 1));
    EXPECT_FALSE(filled.holds(0x4000'0000, 1));
    EXPECT_TRUE(filled.holds(0x1000, 2));
    EXPECT_TRUE(filled.holds(0x4000'0000, 2));
    EXPECT_TRUE(filled.holds(0x6000, 1));
    EXPECT_TRUE(filled.holds(0x8000'0000, 1));
}

TEST(SecondLevelTlb, AddressIsForgottenInEveryAddressSpaceGlobalOrNot) {
    Filled filled;
    filled.tlb.erase(0x1fff);
    filled.tlb.erase(0x6000);
    EXPECT_FALSE(filled.holds(0x1000, 1));
    EXPECT_FALSE(filled.holds(0x1000, 2));
    EXPECT_FALSE(filled.holds(0x6000, 1));
    EXPECT_TRUE(filled.holds(0x5000, 1));
}

TEST(SecondLevelTlb, AddressIsForgottenInOneAddressSpaceUnlessGlobal) {
    Filled filled;
    filled.tlb.erase(0x1000, 1);
    filled.tlb.erase(0x6000, 1);
    EXPECT_FALSE(filled.holds(0x1000, 1));
    EXPECT_TRUE(filled.holds(0x1000, 2));
    EXPECT_TRUE(filled.holds(0x6000, 1));
}

TEST(SecondLevelTlb, AnyAddressOfASuperpageForgetsAllOfIt) {
    Filled filled;
    filled.tlb.erase(0x7fff'ffff, 1);
    EXPECT_FALSE(filled.holds(0x4000'0000, 1));
    EXPECT_TRUE(filled.holds(0x4000'0000, 2));
    filled.tlb.erase(0x5000'0000);
    EXPECT_FALSE(filled.holds(0x4000'0000, 2));
    filled.tlb.erase(0x801f'ffff);
    EXPECT_FALSE(filled.holds(0x8000'0000, 1));
}

}  // namespace
}  // namespace vm::mmu
