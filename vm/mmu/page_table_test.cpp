#include "vm/mmu/page_table.h"

#include <functional>
#include <map>
#include <utility>

#include <gtest/gtest.h>

namespace vm::mmu {
namespace {

using mem::Access;
using mem::PhysAddr;

constexpr std::uint64_t kRoot = 0x80000000;
constexpr std::uint64_t kPage = 0x12'3456'7000;
constexpr std::uint64_t kAll =
    pte::kValid | pte::kRead | pte::kWrite | pte::kExecute | pte::kUser | pte::kAccessed | pte::kDirty;
constexpr Accessor kUser = {AccessorMode::user, false, false};
constexpr Accessor kSupervisor = {AccessorMode::supervisor, false, false};
constexpr PagingRules kSvade = {AdUpdate::fault, false, false};
constexpr PagingRules kSvadu = {AdUpdate::hardware, false, false};

// Sparse memory whose addresses can refuse, and where another hart can write between a load and a swap.
class FakeMemory {
  public:
    mem::AccessResult<std::uint64_t> load(PhysAddr place) {
        ++loads;
        if (raw(place) == unreadable) {
            return {};
        }
        return {words[raw(place)], true};
    }

    PteSwap compare_exchange(PhysAddr place, std::uint64_t expected, std::uint64_t wanted) {
        if (raw(place) == unwritable) {
            return PteSwap::refused;
        }
        if (before_swap) {
            std::exchange(before_swap, {})();
        }
        std::uint64_t& word = words[raw(place)];
        if (word != expected) {
            return PteSwap::changed;
        }
        word = wanted;
        return PteSwap::done;
    }

    std::map<std::uint64_t, std::uint64_t> words;
    std::uint64_t unreadable = ~std::uint64_t{0};
    std::uint64_t unwritable = ~std::uint64_t{0};
    std::function<void()> before_swap;
    unsigned loads = 0;
};

static_assert(PteMemory<FakeMemory>);

// One path of tables, each on the page above the last, to one leaf.
struct Path {
    std::uint64_t address;
    unsigned level = 0;
    PagingMode mode = PagingMode::sv39;
    PagingRules rules = kSvade;

    FakeMemory memory = {};

    std::uint64_t place(unsigned at) const {
        const std::uint64_t table = kRoot + (levels(mode) - 1 - at) * mem::kPageSize;
        return raw(entry_place(table, address, at));
    }

    Path& lead_to(std::uint64_t leaf) {
        for (unsigned at = levels(mode) - 1; at > level; --at) {
            memory.words[place(at)] = pte::of(kRoot + (levels(mode) - at) * mem::kPageSize, pte::kValid);
        }
        memory.words[place(level)] = leaf;
        return *this;
    }

    Walk go(Access access = Access::load, Accessor accessor = kUser) {
        return walk(memory, {mode, PhysAddr{kRoot}, rules}, {address, access, accessor});
    }
    TranslationStatus status(Access access = Access::load, Accessor accessor = kUser) {
        return go(access, accessor).translation.status;
    }
};

Path path_to(std::uint64_t leaf, std::uint64_t address = 0x1234'5678) {
    Path path{address};
    path.lead_to(leaf);
    return path;
}

TEST(PageTable, Sv39WalkFindsThePageInThreeLoads) {
    Path path = path_to(pte::of(kPage, kAll));
    const Walk found = path.go();
    EXPECT_EQ(found.translation.status, TranslationStatus::mapped);
    EXPECT_EQ(raw(found.translation.mapping.address), kPage | 0x678);
    EXPECT_EQ(found.translation.mapping.page_shift, 12);
    EXPECT_EQ(found.translation.mapping.rights, kAll);
    EXPECT_EQ(raw(found.leaf), path.place(0));
    EXPECT_EQ(path.memory.loads, 3U);
}

TEST(PageTable, EachModeFindsPagesOfEachOfItsSizes) {
    for (const PagingMode mode : {PagingMode::sv39, PagingMode::sv48, PagingMode::sv57}) {
        for (unsigned level = 0; level < levels(mode); ++level) {
            Path path{~std::uint64_t{0} << 38 | 0x12'3456'789a, level, mode};
            path.lead_to(pte::of(std::uint64_t{1} << 55, kAll));
            const Walk found = path.go();
            const std::uint64_t size = std::uint64_t{1} << (12 + 9 * level);
            EXPECT_EQ(found.translation.status, TranslationStatus::mapped) << level;
            EXPECT_EQ(raw(found.translation.mapping.address),
                      std::uint64_t{1} << 55 | (path.address & (size - 1)));
            EXPECT_EQ(found.translation.mapping.page_shift, 12 + 9 * level);
            EXPECT_EQ(path.memory.loads, levels(mode) - level);
        }
    }
}

TEST(PageTable, AddressThatDoesNotRepeatItsHighestBitFaultsWithoutALoad) {
    for (const PagingMode mode : {PagingMode::sv39, PagingMode::sv48, PagingMode::sv57}) {
        const std::uint64_t first_wrong = std::uint64_t{1} << (11 + 9 * levels(mode));
        for (const std::uint64_t address : {first_wrong, ~first_wrong, std::uint64_t{1} << 63}) {
            Path path{address, 0, mode};
            path.lead_to(pte::of(kPage, kAll));
            EXPECT_EQ(path.status(), TranslationStatus::page_fault);
            EXPECT_EQ(path.memory.loads, 0U);
        }
        for (const std::uint64_t address : {first_wrong - 1, ~(first_wrong - 1)}) {
            Path path{address, 0, mode};
            path.lead_to(pte::of(kPage, kAll));
            EXPECT_EQ(path.status(), TranslationStatus::mapped);
        }
    }
}

TEST(PageTable, InvalidEntryFaultsAtEachLevel) {
    for (unsigned level = 0; level < 3; ++level) {
        Path path{0x1234'5678, level};
        path.lead_to(pte::of(std::uint64_t{1} << 40, kAll & ~pte::kValid));
        EXPECT_EQ(path.status(), TranslationStatus::page_fault);
    }
}

TEST(PageTable, ReservedBitsOfALeafFault) {
    for (unsigned position = 54; position < 64; ++position) {
        Path path = path_to(pte::of(kPage, kAll) | std::uint64_t{1} << position);
        EXPECT_EQ(path.status(), TranslationStatus::page_fault) << position;
    }
}

TEST(PageTable, SoftwareBitsOfALeafAreIgnored) {
    EXPECT_EQ(path_to(pte::of(kPage, kAll) | 3 << 8).status(), TranslationStatus::mapped);
}

TEST(PageTable, ReservedBitsOfATableFaultEvenWithTheExtensions) {
    for (const unsigned position : {4U, 6U, 7U, 54U, 55U, 56U, 57U, 58U, 59U, 60U, 61U, 62U, 63U}) {
        Path path = path_to(pte::of(kPage, kAll));
        path.rules = {AdUpdate::hardware, true, true};
        path.memory.words[path.place(1)] |= std::uint64_t{1} << position;
        EXPECT_EQ(path.status(), TranslationStatus::page_fault) << position;
    }
}

TEST(PageTable, TableAtTheLastLevelFaults) {
    EXPECT_EQ(path_to(pte::of(kPage, pte::kValid)).status(), TranslationStatus::page_fault);
}

TEST(PageTable, MisalignedSuperpageFaultsForEachLowBit) {
    for (unsigned level = 1; level < 5; ++level) {
        for (unsigned position = 12; position < 12 + 9 * level; ++position) {
            Path path{0x1234'5678, level, PagingMode::sv57};
            path.lead_to(pte::of(std::uint64_t{1} << position, kAll));
            EXPECT_EQ(path.status(), TranslationStatus::page_fault) << level << ' ' << position;
        }
    }
}

TEST(PageTable, MemoryTypesExceptTheReservedOneAreAcceptedWithSvpbmt) {
    for (std::uint64_t type = 0; type < 4; ++type) {
        Path path = path_to(pte::of(kPage, kAll) | type << 61);
        path.rules.svpbmt = true;
        EXPECT_EQ(path.status() == TranslationStatus::mapped, type != 3) << type;
    }
}

TEST(PageTable, NapotPageCovers64KiBWithItsAddressFromTheAccess) {
    Path path = path_to(pte::of(0x8000'0000 | 8 << 12, kAll) | pte::kNapot, 0x1234'a678);
    path.rules.svnapot = true;
    const Walk found = path.go();
    EXPECT_EQ(found.translation.status, TranslationStatus::mapped);
    EXPECT_EQ(raw(found.translation.mapping.address), 0x8000'a678U);
    EXPECT_EQ(found.translation.mapping.page_shift, 16);
}

TEST(PageTable, NapotOfAnyOtherSizeFaults) {
    for (std::uint64_t low = 0; low < 16; ++low) {
        Path path = path_to(pte::of(0x8000'0000 | low << 12, kAll) | pte::kNapot);
        path.rules.svnapot = true;
        EXPECT_EQ(path.status() == TranslationStatus::mapped, low == 8) << low;
    }
}

TEST(PageTable, NapotSuperpageFaults) {
    Path path{0x1234'5678, 1};
    path.lead_to(pte::of(std::uint64_t{1} << 30 | 8 << 12, kAll) | pte::kNapot);
    path.rules.svnapot = true;
    EXPECT_EQ(path.status(), TranslationStatus::page_fault);
}

TEST(PageTable, ReservedNapotFaultsBeforeItsBitsAreUpdated) {
    Path path = path_to(pte::of(kPage, kAll & ~pte::kAccessed) | pte::kNapot);
    path.rules = {AdUpdate::hardware, false, false};
    EXPECT_EQ(path.status(), TranslationStatus::page_fault);
    EXPECT_EQ(path.memory.words[path.place(0)] & pte::kAccessed, 0U);
}

TEST(PageTable, GlobalTableMakesThePageGlobalButIsNotWrittenToTheLeaf) {
    Path path = path_to(pte::of(kPage, kAll & ~pte::kAccessed));
    path.rules = kSvadu;
    path.memory.words[path.place(2)] |= pte::kGlobal;
    EXPECT_EQ(path.go().translation.mapping.rights, kAll | pte::kGlobal);
    EXPECT_EQ(path.memory.words[path.place(0)], pte::of(kPage, kAll));
}

TEST(PageTable, TableThatCannotBeReadIsAnAccessFaultAtEachLevel) {
    for (unsigned level = 0; level < 3; ++level) {
        Path path = path_to(pte::of(kPage, kAll));
        path.memory.unreadable = path.place(level);
        EXPECT_EQ(path.status(Access::fetch), TranslationStatus::access_fault);
    }
}

TEST(PageTable, EntryThatCannotBeUpdatedIsAnAccessFault) {
    Path path = path_to(pte::of(kPage, kAll & ~pte::kDirty));
    path.rules = kSvadu;
    path.memory.unwritable = path.place(0);
    EXPECT_EQ(path.status(Access::store), TranslationStatus::access_fault);
    EXPECT_EQ(path.status(Access::load), TranslationStatus::mapped);
}

TEST(PageTable, ForbiddenAccessUpdatesNothing) {
    const std::uint64_t leaf = pte::of(kPage, kAll & ~pte::kAccessed & ~pte::kWrite);
    Path path = path_to(leaf);
    path.rules = kSvadu;
    EXPECT_EQ(path.status(Access::store), TranslationStatus::page_fault);
    EXPECT_EQ(path.memory.words[path.place(0)], leaf);
}

TEST(PageTable, EntryThatChangedUnderTheUpdateIsReadAgain) {
    Path path = path_to(pte::of(kPage, kAll & ~pte::kAccessed));
    path.rules = kSvadu;
    path.memory.before_swap = [&] {
        path.memory.words[path.place(0)] = pte::of(kPage + 0x1000, kAll & ~pte::kAccessed);
    };
    EXPECT_EQ(raw(path.go().translation.mapping.address), kPage + 0x1678);
    EXPECT_EQ(path.memory.words[path.place(0)], pte::of(kPage + 0x1000, kAll));
}

TEST(PageTable, EntryTakenAwayUnderTheUpdateFaults) {
    Path path = path_to(pte::of(kPage, kAll & ~pte::kAccessed));
    path.rules = kSvadu;
    path.memory.before_swap = [&] { path.memory.words[path.place(0)] = 0; };
    EXPECT_EQ(path.status(), TranslationStatus::page_fault);
    EXPECT_EQ(path.memory.words[path.place(0)], 0U);
}

TEST(PageTable, SuperpageSplitUnderTheUpdateIsFollowedToItsTable) {
    Path path{0x1234'5678, 1};
    path.lead_to(pte::of(std::uint64_t{1} << 30, kAll & ~pte::kAccessed));
    path.rules = kSvadu;
    path.memory.before_swap = [&] {
        path.memory.words[path.place(1)] = pte::of(kRoot + 2 * mem::kPageSize, pte::kValid);
        path.memory.words[path.place(0)] = pte::of(kPage, kAll);
    };
    const Walk found = path.go();
    EXPECT_EQ(raw(found.translation.mapping.address), kPage | 0x678);
    EXPECT_EQ(found.translation.mapping.page_shift, 12);
}

// The manual's sentences one by one, for a leaf of 4 KiB that is not reserved otherwise.
struct Situation {
    bool r, w, x, u, a, d;
    Access access;
    Accessor accessor;
    AdUpdate ad_update;

    bool faults() const {
        if (not r and not x) {
            return true;  // "a pointer to the next level" where there is none, or W alone
        }
        if (w and not r) {
            return true;  // "writable pages must also be marked readable"
        }
        if (accessor.mode == AccessorMode::user and not u) {
            return true;  // "U-mode software may only access the page when U=1"
        }
        if (accessor.mode == AccessorMode::supervisor and u and not accessor.sum) {
            return true;  // "memory accesses to pages that are accessible by U-mode will fault" (SUM=0)
        }
        if (accessor.mode == AccessorMode::supervisor and u and access == Access::fetch) {
            return true;  // "irrespective of SUM, the supervisor may not execute code on pages with U=1"
        }
        const bool readable = r or (x and accessor.mxr);  // "MXR=1: either readable or executable"
        if (access == Access::load and not readable) {
            return true;
        }
        if (access == Access::store and not w) {
            return true;
        }
        if (access == Access::fetch and not x) {
            return true;
        }
        const bool stale = not a or (access == Access::store and not d);
        return stale and ad_update == AdUpdate::fault;
    }

    std::uint64_t entry() const {
        return pte::kValid | (r ? pte::kRead : 0) | (w ? pte::kWrite : 0) | (x ? pte::kExecute : 0) |
               (u ? pte::kUser : 0) | (a ? pte::kAccessed : 0) | (d ? pte::kDirty : 0);
    }

    std::uint64_t entry_afterwards() const {
        const bool written = access == Access::store;
        return faults() ? entry() : entry() | pte::kAccessed | (written ? pte::kDirty : 0);
    }
};

// Bit by bit of the number: R W X U A D, mode, SUM, MXR, Svadu.
Situation situation(unsigned number, Access access) {
    const auto flag = [=](unsigned position) { return bit(number, position); };
    return {flag(0),
            flag(1),
            flag(2),
            flag(3),
            flag(4),
            flag(5),
            access,
            {flag(6) ? AccessorMode::user : AccessorMode::supervisor, flag(7), flag(8)},
            flag(9) ? AdUpdate::hardware : AdUpdate::fault};
}

TEST(PageTable, EveryCombinationOfRightsIsDecidedAsTheManualSays) {
    unsigned mapped = 0;
    for (const Access access : {Access::load, Access::store, Access::fetch}) {
        for (unsigned number = 0; number < 1024; ++number) {
            const Situation now = situation(number, access);
            Path path = path_to(pte::of(kPage, now.entry()));
            path.rules.ad_update = now.ad_update;
            const Walk found = path.go(access, now.accessor);
            const bool faulted = found.translation.status == TranslationStatus::page_fault;
            ASSERT_EQ(faulted, now.faults()) << number << ' ' << static_cast<int>(access);
            ASSERT_EQ(path.memory.words[path.place(0)], pte::of(kPage, now.entry_afterwards())) << number;
            mapped += faulted ? 0 : 1;
            if (not faulted) {
                ASSERT_EQ(found.translation.mapping.rights, now.entry_afterwards()) << number;
            }
        }
    }
    EXPECT_GT(mapped, 300U);
}

TEST(PageTable, SupervisorReachesItsOwnPagesAndNotTheUsers) {
    EXPECT_EQ(path_to(pte::of(kPage, kAll & ~pte::kUser)).status(Access::load, kSupervisor),
              TranslationStatus::mapped);
    EXPECT_EQ(path_to(pte::of(kPage, kAll)).status(Access::load, kSupervisor), TranslationStatus::page_fault);
}

}  // namespace
}  // namespace vm::mmu
