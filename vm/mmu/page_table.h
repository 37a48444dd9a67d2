#pragma once

#include <concepts>
#include <cstdint>
#include <optional>

#include "vm/base/bits.h"
#include "vm/mem/access_result.h"
#include "vm/mem/address.h"
#include "vm/mmu/pte.h"
#include "vm/mmu/translation.h"

namespace vm::mmu {

// How satp has addresses translated; the value is the number of levels. (Priv. 12.4 to 12.6)
enum class PagingMode : std::uint8_t { sv39 = 3, sv48 = 4, sv57 = 5 };

constexpr unsigned levels(PagingMode mode) { return static_cast<unsigned>(mode); }

// Whether the bits above the mode's own repeat its highest one. (Priv. 12.4.1)
constexpr bool is_canonical(PagingMode mode, std::uint64_t address) {
    return sign_extend(address, mem::kPageShift + 9 * levels(mode)) == address;
}

// What becomes of an access that needs A or D set: a page fault (Svade), or the walk sets them (Svadu).
enum class AdUpdate : std::uint8_t { fault, hardware };

// The extensions in force. What is not leaves its bits reserved, and an entry that has them set faults.
struct PagingRules {
    AdUpdate ad_update = AdUpdate::fault;
    bool svnapot = false;
    bool svpbmt = false;
};

// What satp points at, and how it is to be read.
struct PageTable {
    PagingMode mode = PagingMode::sv39;
    mem::PhysAddr root{};
    PagingRules rules;
};

enum class PteSwap : std::uint8_t { done, changed, refused };

// The memory that page tables lie in, as the walk reaches it: naturally aligned entries, atomically. A load
// without a value and a refused swap are what PMP forbids or where there is no RAM.
template <class T>
concept PteMemory = requires(T& memory, mem::PhysAddr place, std::uint64_t entry) {
    { memory.load(place) } -> std::same_as<mem::AccessResult<std::uint64_t>>;
    { memory.compare_exchange(place, entry, entry) } -> std::same_as<PteSwap>;
};

// What a walk found; `leaf` is where the entry of a mapped page lies.
struct Walk {
    Translation translation;
    mem::PhysAddr leaf{};
};

// Whether an entry leads to a next table rather than to a page, if it is a valid one.
constexpr bool points_to_table(std::uint64_t entry) {
    return (entry & (pte::kValid | pte::kRead | pte::kWrite | pte::kExecute)) == pte::kValid;
}

// Whether such an entry has nothing set that is reserved in it. (Priv. 12.3.1, 12.4.1, Svnapot, Svpbmt)
bool is_sound_table(std::uint64_t entry);

// What a leaf at some level says of a request that it permits.
struct Leaf {
    unsigned page_shift;    // its page is of 1 << page_shift bytes
    std::uint64_t updated;  // the entry as the access leaves it: A set, for a store D too
};

// None for a page fault: the entry is invalid, reserved or misaligned, does not permit the access, or would
// have to be updated where that faults. (Priv. 12.3.2 steps 3 and 5 to 9, 12.4.1, Svnapot, Svpbmt)
std::optional<Leaf> judge_leaf(std::uint64_t entry, unsigned level, const PagingRules& rules,
                               const Request& request);

constexpr mem::PhysAddr entry_place(std::uint64_t table, std::uint64_t address, unsigned level) {
    return mem::PhysAddr{table + bits(address, mem::kPageShift + 9 * level, 9) * pte::kSize};
}

// The byte at `address` in the leaf's page, with its rights and those of the tables above.
constexpr Mapping mapping_of(const Leaf& leaf, std::uint64_t inherited, std::uint64_t address) {
    const std::uint64_t size = std::uint64_t{1} << leaf.page_shift;
    const std::uint64_t byte = align_down(pte::page(leaf.updated), size) | (address & (size - 1));
    return {mem::PhysAddr{byte}, static_cast<std::uint8_t>(leaf.page_shift),
            static_cast<std::uint8_t>(leaf.updated | inherited)};
}

constexpr Walk faulted(TranslationStatus status) { return {{status, {}}, {}}; }

// The manual's algorithm (Priv. 12.3.2; its step 1, that translation is on, is the caller's). The rights
// include G when a table on the way had it. An entry that changes while A and D are being set is read again,
// from the same table: each repetition means that another hart's write came through.
template <PteMemory Memory>
Walk walk(Memory& memory, const PageTable& table, const Request& request) {
    if (not is_canonical(table.mode, request.address)) {
        return faulted(TranslationStatus::page_fault);
    }
    unsigned level = levels(table.mode) - 1;
    mem::PhysAddr place = entry_place(raw(table.root), request.address, level);
    std::uint64_t inherited = 0;
    while (true) {
        auto entry = memory.load(place);
        if (not entry) {
            return faulted(TranslationStatus::access_fault);
        }
        if (points_to_table(*entry)) {
            if (level == 0 or not is_sound_table(*entry)) {
                return faulted(TranslationStatus::page_fault);
            }
            inherited |= *entry & pte::kGlobal;
            place = entry_place(pte::page(*entry), request.address, --level);
            continue;
        }
        const auto leaf = judge_leaf(*entry, level, table.rules, request);
        if (not leaf) {
            return faulted(TranslationStatus::page_fault);
        }
        if (leaf->updated != *entry) {
            const PteSwap swap = memory.compare_exchange(place, *entry, leaf->updated);
            if (swap == PteSwap::refused) {
                return faulted(TranslationStatus::access_fault);
            }
            if (swap == PteSwap::changed) {
                continue;
            }
        }
        return {{TranslationStatus::mapped, mapping_of(*leaf, inherited, request.address)}, place};
    }
}

}  // namespace vm::mmu
