#include "vm/mmu/tlb.h"

#include <array>
#include <functional>
#include <vector>

#include <gtest/gtest.h>

namespace vm::mmu {
namespace {

using HostPage = std::array<std::byte, mem::kPageSize>;

// Another page that has the same entry.
std::uint64_t same_entry(std::uint64_t address) {
    std::uint64_t other = address + mem::kPageSize;
    while (Tlb::index_of(other) != Tlb::index_of(address)) {
        other += mem::kPageSize;
    }
    return other;
}

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
    EXPECT_EQ(tlb.find(~std::uint64_t{0} - 2, 8), nullptr);
    tlb.insert(~std::uint64_t{0}, host[1].data());
    EXPECT_EQ(tlb.find(~std::uint64_t{0} - 2, 8), nullptr);
    EXPECT_EQ(tlb.find(~std::uint64_t{0}, 1), host[1].data() + 0xfff);
}

// Where a carry runs through all bits that choose an entry.
TEST(Tlb, AccessThatCrossesAMultipleOfAnyPowerOfTwoMisses) {
    for (unsigned bit = mem::kPageShift; bit < 64; ++bit) {
        Tlb tlb;
        HostPage host{};
        const std::uint64_t address = std::uint64_t{1} << bit;
        tlb.insert(address, host.data());
        EXPECT_EQ(tlb.find(address - 4, 8), nullptr) << bit;
        EXPECT_EQ(tlb.find(address, 8), host.data()) << bit;
    }
}

TEST(Tlb, PageOfTheSameSlotReplacesTheFormer) {
    Tlb tlb;
    std::array<HostPage, 2> host{};
    const std::uint64_t other = same_entry(0x80000000);
    tlb.insert(0x80000000, host[0].data());
    tlb.insert(other, host[1].data());
    EXPECT_EQ(tlb.find(0x80000000, 1), nullptr);
    EXPECT_EQ(tlb.find(other, 1), host[1].data());
}

TEST(Tlb, EraseForgetsThatPageAndNoOtherOfItsSlot) {
    Tlb tlb;
    HostPage host{};
    tlb.insert(0x80000000, host.data());
    tlb.erase(same_entry(0x80000000));
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

TEST(Tlb, FindsPagesOfTheSelectedAddressSpaceOnly) {
    Tlb tlb;
    std::array<HostPage, 2> host{};
    tlb.select_asid(1);
    tlb.insert(0x80000000, host[0].data());
    tlb.select_asid(kLargestAsid);
    EXPECT_EQ(tlb.find(0x80000000, 8), nullptr);
    tlb.insert(0x80001000, host[1].data());
    tlb.select_asid(1);
    EXPECT_EQ(tlb.find(0x80000000, 8), host[0].data());
    EXPECT_EQ(tlb.find(0x80001000, 8), nullptr);
}

TEST(Tlb, EmptySlotMatchesNoAddressSpace) {
    Tlb tlb;
    for (unsigned asid = 0; asid <= kLargestAsid; ++asid) {
        tlb.select_asid(static_cast<std::uint16_t>(asid));
        ASSERT_EQ(tlb.find(0, 1), nullptr);
    }
}

TEST(Tlb, EraseForgetsAPageInEveryAddressSpaceOrInOne) {
    Tlb tlb;
    HostPage host{};
    tlb.select_asid(5);
    tlb.insert(0x80000000, host.data());
    tlb.erase(0x80000000, 4);
    EXPECT_NE(tlb.find(0x80000000, 1), nullptr);
    tlb.erase(0x80000000, 5);
    EXPECT_EQ(tlb.find(0x80000000, 1), nullptr);
    tlb.insert(0x80000000, host.data());
    tlb.select_asid(4);
    tlb.erase(0x80000000);
    tlb.select_asid(5);
    EXPECT_EQ(tlb.find(0x80000000, 1), nullptr);
}

TEST(Tlb, EraseAsidForgetsThatAddressSpaceAlone) {
    Tlb tlb;
    HostPage host{};
    tlb.select_asid(5);
    tlb.insert(0x80000000, host.data());
    tlb.select_asid(6);
    tlb.insert(0x80001000, host.data());
    tlb.erase_asid(5);
    EXPECT_NE(tlb.find(0x80001000, 1), nullptr);
    tlb.select_asid(5);
    EXPECT_EQ(tlb.find(0x80000000, 1), nullptr);
}

TEST(Tlb, EraseOfOneAddressForgetsEveryPieceOfItsSuperpage) {
    Tlb tlb;
    HostPage host{};
    tlb.insert(0x80201000, host.data(), 21);
    tlb.insert(0x803ff000, host.data(), 21);
    tlb.insert(0x80402000, host.data(), 21);
    tlb.insert(0x80403000, host.data());
    tlb.erase(0x80300000);
    EXPECT_EQ(tlb.find(0x80201000, 1), nullptr);
    EXPECT_EQ(tlb.find(0x803ff000, 1), nullptr);
    EXPECT_NE(tlb.find(0x80402000, 1), nullptr);
    EXPECT_NE(tlb.find(0x80403000, 1), nullptr);
}

TEST(Tlb, PiecesOfEverySizeAreForgottenFromTheFarEndOfTheirPage) {
    for (const unsigned shift : {16U, 21U, 30U, 39U, 48U}) {
        Tlb tlb;
        HostPage host{};
        const std::uint64_t start = std::uint64_t{1} << shift;
        tlb.insert(start, host.data(), shift);
        tlb.erase(2 * start);
        EXPECT_NE(tlb.find(start, 1), nullptr) << shift;
        tlb.erase(2 * start - 1);
        EXPECT_EQ(tlb.find(start, 1), nullptr) << shift;
    }
}

TEST(Tlb, EraseHostForgetsAHostPageUnderAllOfItsGuestAddresses) {
    Tlb tlb;
    std::array<HostPage, 2> host{};
    tlb.insert(0x80000000, host[0].data());
    tlb.select_asid(3);
    tlb.insert(0x1000, host[0].data());
    tlb.insert(0x2000, host[1].data());
    tlb.erase_host(host[0].data());
    EXPECT_EQ(tlb.find(0x1000, 1), nullptr);
    EXPECT_NE(tlb.find(0x2000, 1), nullptr);
    tlb.select_asid(0);
    EXPECT_EQ(tlb.find(0x80000000, 1), nullptr);
}

TEST(Tlb, ManyAreFoundAtOnceAndMissesCounted) {
    Tlb tlb;
    HostPage host{};
    tlb.insert(0x80000000, host.data());
    const std::array<std::uint64_t, 3> addresses = {0x80000010, 0x80001000, 0x80000ff8};
    std::array<std::byte*, 3> found{};
    EXPECT_EQ(tlb.find_all(addresses, 8, found), 1U);
    EXPECT_EQ(found[0], host.data() + 0x10);
    EXPECT_EQ(found[1], nullptr);
    EXPECT_EQ(found[2], host.data() + 0xff8);
}

TEST(Tlb, PagesThatLieAPowerOfTwoApartHaveEntriesOfTheirOwn) {
    for (std::uint64_t apart = mem::kPageSize; apart < std::uint64_t{1} << 31; apart *= 2) {
        EXPECT_NE(Tlb::index_of(0x1'0000'0000), Tlb::index_of(0x1'0000'0000 + apart)) << apart;
    }
}

// Host pages that lie together as those of the guest from kGroup on do.
class TlbReach : public ::testing::Test {
  protected:
    static constexpr std::uint64_t kGroup = 0x8000'0000;
    static constexpr std::size_t kPages = 2 * Tlb::kLargestRegion / mem::kPageSize;

    static std::uint64_t page(std::size_t number) { return kGroup + number * mem::kPageSize; }
    void insert(std::size_t number, Tlb::Joins joins = Tlb::Joins::yes) {
        tlb_.insert(page(number), host_[number].data(), mem::kPageShift, joins);
    }
    void insert_all() {
        for (std::size_t number = 0; number < kPages; ++number) insert(number);
    }
    unsigned reach(std::size_t number) const { return tlb_.reach(page(number)); }

    Tlb tlb_;
    std::vector<HostPage> host_ = std::vector<HostPage>(kPages);
};

TEST_F(TlbReach, IsOfThePageAloneWhileItsNeighbourIsUnknown) {
    for (const std::size_t number : {1U, 2U, 5U}) insert(number);
    for (const std::size_t number : {1U, 2U, 5U}) EXPECT_EQ(reach(number), Tlb::kPageReach);
}

TEST_F(TlbReach, GrowsWithTheGroupInWhateverOrderItsPagesCome) {
    for (const std::size_t number : {6U, 5U, 4U}) insert(number);
    EXPECT_EQ(reach(4), 13U);
    EXPECT_EQ(reach(5), 13U);
    EXPECT_EQ(reach(6), 12U);
    insert(7);
    for (const std::size_t number : {4U, 5U, 6U, 7U}) EXPECT_EQ(reach(number), 14U);
    insert_all();
    for (std::size_t number = 0; number < kPages; ++number) EXPECT_EQ(reach(number), Tlb::kLargestReach);
}

TEST_F(TlbReach, EndsWherePagesLieApartInTheHost) {
    insert_all();
    tlb_.erase(page(3));
    tlb_.insert(page(3), host_[9].data());
    EXPECT_EQ(reach(2), Tlb::kPageReach);
    EXPECT_EQ(reach(3), Tlb::kPageReach);
}

TEST_F(TlbReach, EndsWhereAnAddressSpaceDoes) {
    insert(0);
    tlb_.select_asid(4);
    insert(1);
    EXPECT_EQ(reach(1), Tlb::kPageReach);
    insert(0);
    EXPECT_EQ(reach(0), 13U);
}

TEST_F(TlbReach, EndsWhereItIsNotWanted) {
    insert(0);
    insert(1, Tlb::Joins::no);
    EXPECT_EQ(reach(0), Tlb::kPageReach);
    EXPECT_EQ(reach(1), Tlb::kPageReach);
}

TEST_F(TlbReach, IsSetOfTheGroupsOwnPagesOnly) {
    insert(0);
    const std::uint64_t other = same_entry(page(0));
    tlb_.insert(other, host_[0].data());
    insert(2);
    insert(3);
    insert(1);
    EXPECT_EQ(tlb_.reach(other), Tlb::kPageReach);
}

// Of the group's, one page's entry may have been taken by another since.
TEST_F(TlbReach, LeavesNoPageThatIsErased) {
    for (const bool replaced : {false, true}) {
        insert_all();
        if (replaced) tlb_.insert(same_entry(page(5)), host_[0].data());
        tlb_.erase(page(5));
        EXPECT_EQ(reach(4), Tlb::kPageReach);
        EXPECT_EQ(reach(7), 13U);
        EXPECT_EQ(reach(0), 14U);
        EXPECT_EQ(reach(15), 15U);
        EXPECT_EQ(reach(16), Tlb::kLargestReach);
        insert(5);
        EXPECT_EQ(reach(5), Tlb::kLargestReach);
    }
}

TEST_F(TlbReach, LeavesNothingThatIsErasedWithOthers) {
    const auto erasures = {std::function([&] { tlb_.erase_asid(0); }),
                           std::function([&] { tlb_.erase_host(host_[5].data()); }),
                           std::function([&] { tlb_.clear(); })};
    for (const auto& erase : erasures) {
        insert_all();
        erase();
        insert(4);
        EXPECT_EQ(reach(4), Tlb::kPageReach);
    }
}

TEST_F(TlbReach, LeavesNoHostPageThatIsErased) {
    insert_all();
    tlb_.erase_host(host_[5].data());
    EXPECT_EQ(reach(6), Tlb::kPageReach);
    EXPECT_EQ(reach(16), Tlb::kLargestReach);
}

TEST_F(TlbReach, LeavesNoPieceOfASuperpage) {
    insert_all();
    tlb_.insert(page(300), host_[0].data(), 21);
    tlb_.erase(page(301));
    EXPECT_EQ(reach(4), Tlb::kPageReach);
}

TEST(Tlb, EntryAddsUpToTheHostAddress) {
    Tlb tlb;
    HostPage host{};
    tlb.insert(0x80003000, host.data());
    const Tlb::Entry& entry = tlb.entries()[Tlb::index_of(0x80003000)];
    EXPECT_EQ(entry.tag, 0x80003000U);
    EXPECT_EQ(entry.addend + 0x80003123, reinterpret_cast<std::uintptr_t>(host.data()) + 0x123);
}

}  // namespace
}  // namespace vm::mmu
