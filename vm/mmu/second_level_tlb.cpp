#include "vm/mmu/second_level_tlb.h"

#include <algorithm>
#include <bit>

#include "vm/base/bits.h"
#include "vm/base/check.h"
#include "vm/mmu/pte.h"

namespace vm::mmu {
namespace {

// Sizes of pages that are not of 4 KiB, as shifts: NAPOT, then levels 1 to 4.
constexpr std::array<unsigned, 5> kLargeShifts = {16, 21, 30, 39, 48};

// What the low twelve bits of a key hold for a page of every address space.
constexpr std::uint64_t kGlobalTag = std::uint64_t{1} << kAsidBits;

// An entry's value: the page's address (56 bits, Priv. 12.4), its rights in the low byte, its size on top.
constexpr std::uint64_t kRightsMask = 0xff;
constexpr unsigned kShiftBit = 56;

std::uint64_t value_of(const Mapping& mapping) {
    const std::uint64_t page = align_down(raw(mapping.address), std::uint64_t{1} << mapping.page_shift);
    return page | mapping.rights | std::uint64_t{mapping.page_shift} << kShiftBit;
}

Mapping mapping_of(std::uint64_t value, std::uint64_t address) {
    const auto shift = static_cast<std::uint8_t>(value >> kShiftBit);
    const std::uint64_t inside = address & ((std::uint64_t{1} << shift) - 1);
    const std::uint64_t page = page_of(bits(value, 0, kShiftBit));
    return {mem::PhysAddr{page | inside}, shift, static_cast<std::uint8_t>(value & kRightsMask)};
}

constexpr std::uint64_t tag_of(std::uint64_t key) { return key & (mem::kPageSize - 1); }

unsigned size_of(unsigned shift) {
    const auto* const found = std::find(kLargeShifts.begin(), kLargeShifts.end(), shift);
    VM_CHECK(found != kLargeShifts.end());
    return static_cast<unsigned>(found - kLargeShifts.begin());
}

}  // namespace

SecondLevelTlb::SecondLevelTlb() : sets_(kSets), large_sets_(kLargeSets) {}

// Higher bits of the page number take part, or a walk in strides of a power of two would use few sets.
SecondLevelTlb::Place SecondLevelTlb::small_place(std::uint64_t address) {
    const std::uint64_t page = address >> mem::kPageShift;
    return {(page ^ page / kSets ^ page / kSets / kSets) % kSets, page_of(address)};
}

// A large page leaves at least four more bits of its address free: they tell sizes apart.
SecondLevelTlb::Place SecondLevelTlb::large_place(std::uint64_t address, unsigned size) {
    const std::uint64_t page = address >> kLargeShifts[size];
    return {
        (page ^ page / kLargeSets ^ size * 11) % kLargeSets,
        align_down(address, std::uint64_t{1} << kLargeShifts[size]) | std::uint64_t{size} << mem::kPageShift};
}

std::optional<Mapping> SecondLevelTlb::find(const Set& set, std::uint64_t key, std::uint16_t asid,
                                            std::uint64_t address) {
    for (const Entry& entry : set.ways) {
        if (entry.key == (key | asid) or entry.key == (key | kGlobalTag)) {
            return mapping_of(entry.value, address);
        }
    }
    return std::nullopt;
}

std::optional<Mapping> SecondLevelTlb::find(std::uint64_t address, std::uint16_t asid) const {
    const Place small = small_place(address);
    auto found = find(sets_[small.set], small.key, asid, address);
    for (unsigned sizes = used_sizes_; not found and sizes != 0; sizes &= sizes - 1) {
        const Place large = large_place(address, static_cast<unsigned>(std::countr_zero(sizes)));
        found = find(large_sets_[large.set], large.key, asid, address);
    }
    return found;
}

// The entry that already has this key, else an empty one, else any.
SecondLevelTlb::Entry& SecondLevelTlb::entry_for(Set& set, std::uint64_t key) {
    auto& ways = set.ways;
    for (const std::uint64_t wanted : {key, Entry{}.key}) {
        auto* const found =
            std::find_if(ways.begin(), ways.end(), [=](const Entry& entry) { return entry.key == wanted; });
        if (found != ways.end()) {
            return *found;
        }
    }
    random_ ^= random_ << 13;  // Marsaglia, Xorshift RNGs, 2003
    random_ ^= random_ >> 17;
    random_ ^= random_ << 5;
    return ways[random_ % kWays];
}

void SecondLevelTlb::insert(std::uint64_t address, std::uint16_t asid, const Mapping& mapping) {
    VM_CHECK(asid <= kLargestAsid);
    const std::uint64_t tag = (mapping.rights & pte::kGlobal) != 0 ? kGlobalTag : asid;
    if (mapping.page_shift == mem::kPageShift) {
        const Place place = small_place(address);
        entry_for(sets_[place.set], place.key | tag) = {place.key | tag, value_of(mapping)};
        used_sets_[place.set / 64] |= std::uint64_t{1} << place.set % 64;
    } else {
        const unsigned size = size_of(mapping.page_shift);
        const Place place = large_place(address, size);
        entry_for(large_sets_[place.set], place.key | tag) = {place.key | tag, value_of(mapping)};
        used_sizes_ |= 1U << size;
    }
}

template <class Condition>
void SecondLevelTlb::erase_if(Condition condition) {
    const auto erase = [&](Set& set) {
        std::replace_if(set.ways.begin(), set.ways.end(), condition, Entry{});
    };
    for (std::size_t word = 0; word < used_sets_.size(); ++word) {
        for (std::uint64_t used = used_sets_[word]; used != 0; used &= used - 1) {
            erase(sets_[word * 64 + static_cast<std::size_t>(std::countr_zero(used))]);
        }
    }
    if (used_sizes_ != 0) {
        std::for_each(large_sets_.begin(), large_sets_.end(), erase);
    }
}

void SecondLevelTlb::clear() {
    erase_if([](const Entry&) { return true; });
    used_sets_.fill(0);
    used_sizes_ = 0;
}

void SecondLevelTlb::erase_asid(std::uint16_t asid) {
    erase_if([=](const Entry& entry) { return tag_of(entry.key) == asid; });
}

// The condition is of the tag, that is, of the address space.
template <class Condition>
void SecondLevelTlb::erase_page(std::uint64_t address, Condition condition) {
    const auto erase = [&](Set& set, std::uint64_t key) {
        for (Entry& entry : set.ways) {
            if (page_of(entry.key) == page_of(key) and condition(tag_of(entry.key))) {
                entry = Entry{};
            }
        }
    };
    const Place small = small_place(address);
    erase(sets_[small.set], small.key);
    for (unsigned sizes = used_sizes_; sizes != 0; sizes &= sizes - 1) {
        const Place large = large_place(address, static_cast<unsigned>(std::countr_zero(sizes)));
        erase(large_sets_[large.set], large.key);
    }
}

void SecondLevelTlb::erase(std::uint64_t address) {
    erase_page(address, [](std::uint64_t) { return true; });
}

void SecondLevelTlb::erase(std::uint64_t address, std::uint16_t asid) {
    erase_page(address, [=](std::uint64_t tag) { return tag == asid; });
}

}  // namespace vm::mmu
