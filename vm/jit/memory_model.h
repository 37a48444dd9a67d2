#pragma once

#include <cstdint>

namespace vm::jit {

// Of memory without translation: how long addresses are, and how much before and behind it nobody can reach,
// which is all that a displacement adds.
inline constexpr unsigned kAddressBits = 38;
inline constexpr std::uint64_t kGuardBytes = std::uint64_t{1} << 31;

// How compiled code reaches the guest's memory.
struct MemoryModel {
    // Of a kind of access, where its translations lie, as offsets from the memory register.
    struct Translations {
        std::int32_t entries = 0;  // an array of mmu::Tlb::Entry
        std::int32_t asid = 0;     // 64 bits that tags hold besides the page
        std::int32_t recent = 0;   // mmu::RecentRegions of these entries
        std::int32_t reaches = 0;  // a byte for each entry
    };

    // Without translation the memory register points at the guest's whole address space of 2^kAddressBits
    // bytes, with kGuardBytes before and behind it: accesses fail in hardware. With it, the register
    // points at translations; accesses that find none are served by C++.
    bool translated = false;
    // Without translation: whether addresses are looked at before they are used. One that is longer reaches
    // the host's own memory otherwise.
    bool checked = true;
    Translations loads{};
    Translations stores{};
};

}  // namespace vm::jit
