#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "vm/mmu/tlb.h"
#include "vm/mmu/translation.h"

namespace vm::mmu {

// The level behind every first-level TLB of a hart: guest pages of all modes and address spaces as walks
// found them, with their rights, in sets of four. Superpages are kept whole, in sets of their own that are
// asked once for each size in use.
//
// The victim of a full set is random: a program that goes round and round over somewhat more pages than fit
// then keeps most of them, where the least recently used one is always the one needed next.
class SecondLevelTlb {
  public:
    static constexpr std::size_t kEntries = 8192;      // pages of 4 KiB
    static constexpr std::size_t kLargeEntries = 256;  // of any other size

    SecondLevelTlb();

    // What is known of the byte at `address` in that address space. Whether the access is permitted is the
    // caller's to ask.
    std::optional<Mapping> find(std::uint64_t address, std::uint16_t asid) const;

    // Keeps the page of this mapping of `address`; with G in its rights, for every address space. Replaces
    // what was kept for the same page.
    void insert(std::uint64_t address, std::uint16_t asid, const Mapping& mapping);

    // What SFENCE.VMA and SINVAL.VMA ask for (Priv. 12.2.1): everything; an address space without its global
    // pages; the page of any size that holds an address, everywhere or in one address space unless it is
    // global.
    void clear();
    void erase_asid(std::uint16_t asid);
    void erase(std::uint64_t address);
    void erase(std::uint64_t address, std::uint16_t asid);

  private:
    static constexpr std::size_t kWays = 4;
    static constexpr std::size_t kSets = kEntries / kWays;
    static constexpr std::size_t kLargeSets = kLargeEntries / kWays;

    struct Entry {
        std::uint64_t key = ~std::uint64_t{0};  // matches no page and no address space
        std::uint64_t value = 0;
    };
    struct alignas(64) Set {
        std::array<Entry, kWays> ways;
    };
    // Where a page of one size is kept, and its key but for the address space.
    struct Place {
        std::size_t set;
        std::uint64_t key;
    };

    static Place small_place(std::uint64_t address);
    static Place large_place(std::uint64_t address, unsigned size);
    static std::optional<Mapping> find(const Set& set, std::uint64_t key, std::uint16_t asid,
                                       std::uint64_t address);
    Entry& entry_for(Set& set, std::uint64_t key);
    template <class Condition>
    void erase_page(std::uint64_t address, Condition condition);
    template <class Condition>
    void erase_if(Condition condition);

    std::vector<Set> sets_;
    std::vector<Set> large_sets_;
    std::array<std::uint64_t, kSets / 64> used_sets_{};  // bit by bit: not empty, so that clear is short
    unsigned used_sizes_ = 0;                            // bit by bit: sizes that large_sets_ may hold
    std::uint32_t random_ = 1;
};

}  // namespace vm::mmu
