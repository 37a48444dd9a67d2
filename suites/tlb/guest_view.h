#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "vm/mem/guest_ram.h"
#include "vm/mmu/ram_pte_memory.h"
#include "vm/mmu/tlb.h"
#include "vm/mmu/translator.h"

namespace suites::tlb {

enum class PageSize { small, large };  // 4 KiB or 2 MiB

// A guest program's memory as a hart reaches it: a first level for loads, the translator behind it, page
// tables (Sv39) and data in guest RAM. The pages lie one after another from kFirst on, the same in each of
// two address spaces, and all show some of the same few frames: what is measured is the way to them, not the
// host's caches.
class GuestView {
  public:
    static constexpr std::uint64_t kFirst = 0x10'0000'0000;
    static constexpr std::uint16_t kSpaces = 2;

    // Throws std::runtime_error when the host has no memory: nothing can be measured then.
    GuestView(std::uint64_t pages, PageSize size);
    GuestView(const GuestView&) = delete;
    GuestView& operator=(const GuestView&) = delete;

    // Host address of eight bytes inside a page; nullptr where the guest has none.
    std::byte* reach(std::uint64_t address) {
        if (std::byte* const host = loads_.find(address, 8); host != nullptr) [[likely]] {
            return host;
        }
        return refill(address);
    }

    // Continues in that address space (0 or 1, which are ASIDs 1 and 2).
    void select(std::uint16_t space);
    static std::uint16_t asid(std::uint16_t space) { return static_cast<std::uint16_t>(space + 1); }

    // What the guest's SFENCE.VMA does.
    void flush();
    void flush_asid(std::uint16_t asid);
    void flush_address(std::uint64_t address);
    void flush_address(std::uint64_t address, std::uint16_t asid);

    // What memory holds there, known without any translation.
    std::uint64_t word_at(std::uint64_t address, std::uint16_t space = 0) const;

    const vm::mmu::Translator::Counts& counts() const { return translator_.counts(); }

  private:
    std::byte* refill(std::uint64_t address);
    std::uint64_t frame_of(std::uint64_t address, std::uint16_t space) const;
    void map_pages(std::uint64_t pages);

    PageSize size_;
    vm::mem::GuestRam ram_;
    vm::mmu::RamPteMemory memory_;
    std::vector<vm::mmu::PageTable> tables_;
    vm::mmu::Translator translator_;
    vm::mmu::Tlb loads_;
};

}  // namespace suites::tlb
