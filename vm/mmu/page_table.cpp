#include "vm/mmu/page_table.h"

namespace vm::mmu {
namespace {

// The size of the page as a shift; none when the entry is invalid, reserved or misaligned.
std::optional<unsigned> page_shift(std::uint64_t entry, unsigned level, const PagingRules& rules) {
    constexpr unsigned kNapotShift = 16;  // 64 KiB, the only size so far
    // W without R is reserved, with X or without.
    const bool valid = (entry & pte::kValid) != 0 and (entry & (pte::kRead | pte::kWrite)) != pte::kWrite;
    if (not valid or (entry & pte::kReserved) != 0) {
        return std::nullopt;
    }
    const std::uint64_t memory_type = entry & pte::kMemoryType;
    if (memory_type != 0 and (not rules.svpbmt or memory_type == pte::kMemoryType)) {
        return std::nullopt;
    }
    if ((entry & pte::kNapot) != 0) {
        const bool known = level == 0 and bits(entry, pte::kPpnShift, 4) == 8;
        return rules.svnapot and known ? std::optional{kNapotShift} : std::nullopt;
    }
    const unsigned shift = mem::kPageShift + 9 * level;
    const bool aligned = align_down(pte::page(entry), std::uint64_t{1} << shift) == pte::page(entry);
    return aligned ? std::optional{shift} : std::nullopt;
}

}  // namespace

bool is_sound_table(std::uint64_t entry) {
    constexpr std::uint64_t kReserved =
        pte::kUser | pte::kAccessed | pte::kDirty | pte::kReserved | pte::kMemoryType | pte::kNapot;
    return (entry & kReserved) == 0;
}

std::optional<Leaf> judge_leaf(std::uint64_t entry, unsigned level, const PagingRules& rules,
                               const Request& request) {
    const auto shift = page_shift(entry, level, rules);
    const auto rights = static_cast<std::uint8_t>(entry);
    if (not shift or not permits(rights, request.access, request.accessor)) {
        return std::nullopt;
    }
    if (not needs_update(rights, request.access)) {
        return Leaf{*shift, entry};
    }
    if (rules.ad_update == AdUpdate::fault) {
        return std::nullopt;
    }
    const bool store = request.access == mem::Access::store;
    return Leaf{*shift, entry | pte::kAccessed | (store ? pte::kDirty : 0)};
}

}  // namespace vm::mmu
