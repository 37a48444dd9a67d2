#pragma once

#include <cstdint>

#include "vm/base/bits.h"
#include "vm/mem/address.h"

// Fields of a page-table entry of Sv39, Sv48 and Sv57. (Priv. 12.4.1)
namespace vm::mmu::pte {

inline constexpr std::uint64_t kValid = 1 << 0;
inline constexpr std::uint64_t kRead = 1 << 1;
inline constexpr std::uint64_t kWrite = 1 << 2;
inline constexpr std::uint64_t kExecute = 1 << 3;
inline constexpr std::uint64_t kUser = 1 << 4;
inline constexpr std::uint64_t kGlobal = 1 << 5;
inline constexpr std::uint64_t kAccessed = 1 << 6;
inline constexpr std::uint64_t kDirty = 1 << 7;
inline constexpr unsigned kPpnShift = 10;
inline constexpr std::uint64_t kReserved = std::uint64_t{0x7f} << 54;
inline constexpr std::uint64_t kMemoryType = std::uint64_t{3} << 61;  // PBMT (Svpbmt)
inline constexpr std::uint64_t kNapot = std::uint64_t{1} << 63;       // N (Svnapot)

inline constexpr unsigned kPpnBits = 44;
inline constexpr std::uint64_t kSize = 8;

// Where the page, or the next table, starts.
constexpr std::uint64_t page(std::uint64_t entry) {
    return bits(entry, kPpnShift, kPpnBits) << mem::kPageShift;
}

// The entry for a page or table that starts there.
constexpr std::uint64_t of(std::uint64_t page_address, std::uint64_t flags) {
    return page_address >> mem::kPageShift << kPpnShift | flags;
}

}  // namespace vm::mmu::pte
