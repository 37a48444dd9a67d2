#pragma once

#include <cstdint>

#include "vm/guest/riscv/pmp.h"
#include "vm/mem/guest_ram.h"
#include "vm/mmu/ram_pte_memory.h"

namespace vm::guest::riscv {

// Page tables in RAM as a hart's walks reach them: under PMP, with the privilege of S whoever asked.
// (Priv. 3.7.2)
class PteAccess {
  public:
    // Both outlive it.
    PteAccess(mem::GuestRam& ram, const Pmp& pmp) : memory_(ram), pmp_(pmp) {}

    mem::AccessResult<std::uint64_t> load(mem::PhysAddr place) const {
        return allowed(place, mem::Access::load) ? memory_.load(place) : mem::AccessResult<std::uint64_t>{};
    }

    mmu::PteSwap compare_exchange(mem::PhysAddr place, std::uint64_t expected, std::uint64_t wanted) {
        return allowed(place, mem::Access::store) ? memory_.compare_exchange(place, expected, wanted)
                                                  : mmu::PteSwap::refused;
    }

  private:
    bool allowed(mem::PhysAddr place, mem::Access access) const {
        return pmp_.allows(place, mmu::pte::kSize, access, Privilege::supervisor);
    }

    mmu::RamPteMemory memory_;
    const Pmp& pmp_;
};

static_assert(mmu::PteMemory<PteAccess>);

}  // namespace vm::guest::riscv
