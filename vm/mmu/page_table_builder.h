#pragma once

#include <cstdint>

#include "vm/base/check.h"
#include "vm/mem/guest_ram.h"
#include "vm/mmu/page_table.h"

namespace vm::mmu {

// Writes page tables into guest RAM, for tests and benchmarks: what a guest's kernel does. Tables are taken
// one after another from `first_table` on; that they fit is the caller's business.
class PageTableBuilder {
  public:
    PageTableBuilder(mem::GuestRam& ram, PagingMode mode, mem::PhysAddr first_table)
        : ram_(ram), mode_(mode), root_(first_table), free_(raw(first_table) + mem::kPageSize) {}

    PageTable table(const PagingRules& rules = {}) const { return {mode_, root_, rules}; }

    // Makes `entry` the leaf for `address` at this level, and returns where it lies.
    mem::PhysAddr put(std::uint64_t address, unsigned level, std::uint64_t entry) {
        std::uint64_t table = raw(root_);
        for (unsigned at = levels(mode_) - 1; at != level; --at) {
            const mem::PhysAddr place = entry_place(table, address, at);
            if (*ram_.read<std::uint64_t>(place) == 0) {
                write(place, pte::of(free_, pte::kValid));
                free_ += mem::kPageSize;
            }
            table = pte::page(*ram_.read<std::uint64_t>(place));
        }
        const mem::PhysAddr place = entry_place(table, address, level);
        write(place, entry);
        return place;
    }

    // Maps the page (of the level's size) that holds `address` to the one at `page`.
    mem::PhysAddr map(std::uint64_t address, std::uint64_t page, std::uint64_t flags, unsigned level = 0) {
        return put(address, level, pte::of(page, flags | pte::kValid));
    }

    // Where the next table would go.
    mem::PhysAddr end() const { return mem::PhysAddr{free_}; }

  private:
    void write(mem::PhysAddr place, std::uint64_t entry) { VM_CHECK(ram_.write(place, entry).has_value()); }

    mem::GuestRam& ram_;
    PagingMode mode_;
    mem::PhysAddr root_;
    std::uint64_t free_;
};

}  // namespace vm::mmu
