#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace vm::mmu {

// Pages that compiled code found in a TLB lately, each with where it lies in the host. Compiled code looks
// here first, each access in the place that its own base register has: programs mostly go on in the page
// where they were. An access of `size` bytes at an address is inside the page of a place if (address ^ page)
// is at most 4096 - size.
//
// A place that is empty holds a page that no guest can have, and leads to where the host lets nobody: a guest
// that names such an address faults in the host, and whoever handles that finds out what it should have met.
struct RecentPages {
    static constexpr std::size_t kCount = 32;
    static constexpr std::uint64_t kNoPage = std::uint64_t{1} << 63;  // not canonical in any mode

    RecentPages() { clear(); }

    void forget() {
        if (used != 0) {
            clear();
        }
    }

    std::array<std::uint64_t, kCount> pages;
    std::array<std::uint64_t, kCount> hosts;
    std::uint64_t used;  // not 0: some place may hold a page

  private:
    void clear();
};

}  // namespace vm::mmu
