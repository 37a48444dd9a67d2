#pragma once

#include <cstdint>

#include "vm/mem/guest_ram.h"
#include "vm/mmu/page_table.h"

namespace vm::mmu {

// Page tables in guest RAM that nothing protects. Whoever has PMP asks it first.
class RamPteMemory {
  public:
    // The RAM outlives it.
    explicit RamPteMemory(mem::GuestRam& ram) : ram_(ram) {}

    mem::AccessResult<std::uint64_t> load(mem::PhysAddr place) const {
        return ram_.read<std::uint64_t>(place);
    }

    PteSwap compare_exchange(mem::PhysAddr place, std::uint64_t expected, std::uint64_t wanted) {
        if (not ram_.contains(place, pte::kSize)) {
            return PteSwap::refused;
        }
        auto* const entry = reinterpret_cast<std::uint64_t*>(ram_.host(place));
        const bool swapped =
            __atomic_compare_exchange_n(entry, &expected, wanted, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
        if (not swapped) {
            return PteSwap::changed;
        }
        ram_.store_notify(place, pte::kSize);
        return PteSwap::done;
    }

  private:
    mem::GuestRam& ram_;
};

static_assert(PteMemory<RamPteMemory>);

}  // namespace vm::mmu
