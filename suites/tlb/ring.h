#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "suites/tlb/patterns.h"
#include "suites/tlb/trace.h"
#include "vm/mmu/tlb.h"

namespace suites::tlb {

// Guest pages, all known to one first level, through which chains of pointers lead in random order: in one
// word of each page lies the guest address of the next one's, in the word after it the host address.
class Ring {
  public:
    explicit Ring(std::uint64_t pages);
    Ring(const Ring&) = delete;
    Ring& operator=(const Ring&) = delete;

    const vm::mmu::Tlb& tlb() const { return tlb_; }

    // Where a chain is after so many steps from its start.
    std::uint64_t guest_after(std::uint64_t steps) const { return guest(order_[steps % order_.size()]); }
    const std::byte* host_after(std::uint64_t steps) const { return host(order_[steps % order_.size()]); }

    // One batch of the chain's guest or host addresses, and the sums of the guest addresses found there. The
    // number of pages divides that of a batch.
    Trace guest_trace() const;
    Trace host_trace() const;

    // Brings the words into the caches.
    void touch() const;

  private:
    static std::uint64_t guest(std::uint64_t page);
    const std::byte* host(std::uint64_t page) const { return &memory_[place_in(page)]; }

    std::vector<std::byte> memory_;
    std::vector<std::uint64_t> order_;
    vm::mmu::Tlb tlb_;
};

}  // namespace suites::tlb
