#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace vm::mmu {

// Regions that compiled code found in a TLB lately, each with where it lies in the host: a page, or several
// that lie together in both (see DirectMappedTlb). Compiled code looks here first, each access in the place
// that its own base register has: programs mostly go on where they were. An access of up to kAccess bytes at
// an address is inside the region of a place if (address ^ base) is at most its limit: the few that are not,
// though inside at its very end, are looked up.
//
// A place that is empty holds a page that no guest can have, and leads to where the host lets nobody: a guest
// that names such an address faults in the host, and whoever handles that finds out what it should have met.
struct RecentRegions {
    static constexpr std::size_t kCount = 32;
    static constexpr std::uint64_t kAccess = 8;
    static constexpr std::uint64_t kNoBase = std::uint64_t{1} << 63;  // not canonical in any mode

    RecentRegions() { clear(); }

    void forget() {
        if (used != 0) {
            clear();
        }
    }

    std::array<std::uint64_t, kCount> bases;
    std::array<std::uint64_t, kCount> limits;  // the region's bytes less those of an access
    std::array<std::uint64_t, kCount> hosts;   // of the base
    std::uint64_t used;                        // not 0: some place may hold a region

  private:
    void clear();
};

}  // namespace vm::mmu
