#include "vm/mmu/tlb.h"

#include <array>

#include <gtest/gtest.h>

namespace vm::mmu {
namespace {

using HostPage = std::array<std::byte, mem::kPageSize>;

TEST(Tlb, EmptyFindsNothing) {
    const Tlb tlb;
    EXPECT_EQ(tlb.find(0, 1), nullptr);
    EXPECT_EQ(tlb.find(0x80000000, 8), nullptr);
}

TEST(Tlb, FindsEveryByteOfAnInsertedPage) {
    Tlb tlb;
    HostPage host{};
    tlb.insert(0x80001234, host.data());
    EXPECT_EQ(tlb.find(0x80001000, 1), host.data());
    EXPECT_EQ(tlb.find(0x80001ffc, 4), host.data() + 0xffc);
    EXPECT_EQ(tlb.find(0x80000fff, 1), nullptr);
    EXPECT_EQ(tlb.find(0x80002000, 1), nullptr);
}

TEST(Tlb, AccessThatCrossesIntoTheNextPageMissesEvenWhenBothAreKnown) {
    Tlb tlb;
    std::array<HostPage, 2> host{};
    tlb.insert(0x80001000, host[0].data());
    tlb.insert(0x80002000, host[1].data());
    EXPECT_EQ(tlb.find(0x80001ffd, 4), nullptr);
    EXPECT_EQ(tlb.find(0x80001ff9, 8), nullptr);
    EXPECT_EQ(tlb.find(0x80001ff8, 8), host[0].data() + 0xff8);
}

TEST(Tlb, AccessThatWrapsAroundTheAddressSpaceMisses) {
    Tlb tlb;
    std::array<HostPage, 2> host{};
    tlb.insert(0, host[0].data());
    tlb.insert(~std::uint64_t{0}, host[1].data());
    EXPECT_EQ(tlb.find(~std::uint64_t{0} - 2, 8), nullptr);
    EXPECT_EQ(tlb.find(~std::uint64_t{0}, 1), host[1].data() + 0xfff);
}

TEST(Tlb, PageOfTheSameSlotReplacesTheFormer) {
    Tlb tlb;
    std::array<HostPage, 2> host{};
    const std::uint64_t other = 0x80000000 + Tlb::kEntries * mem::kPageSize;
    tlb.insert(0x80000000, host[0].data());
    tlb.insert(other, host[1].data());
    EXPECT_EQ(tlb.find(0x80000000, 1), nullptr);
    EXPECT_EQ(tlb.find(other, 1), host[1].data());
}

TEST(Tlb, EraseForgetsThatPageAndNoOtherOfItsSlot) {
    Tlb tlb;
    HostPage host{};
    tlb.insert(0x80000000, host.data());
    tlb.erase(0x80000000 + Tlb::kEntries * mem::kPageSize);
    EXPECT_EQ(tlb.find(0x80000000, 1), host.data());
    tlb.erase(0x80000fff);
    EXPECT_EQ(tlb.find(0x80000000, 1), nullptr);
}

TEST(Tlb, ClearForgetsEverything) {
    Tlb tlb;
    HostPage host{};
    tlb.insert(0x80000000, host.data());
    tlb.insert(0x80005000, host.data());
    tlb.clear();
    EXPECT_EQ(tlb.find(0x80000000, 1), nullptr);
    EXPECT_EQ(tlb.find(0x80005000, 1), nullptr);
}

}  // namespace
}  // namespace vm::mmu
