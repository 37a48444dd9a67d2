#pragma once

#include <array>
#include <cstdint>

#include "vm/guest/riscv/privilege.h"
#include "vm/mem/address.h"

namespace vm::guest::riscv {

// Physical memory protection (Priv. 3.7): 16 entries of 4-byte granularity. The lowest-numbered entry that
// covers any byte of an access decides it, and fails it unless it covers all of them.
class Pmp {
  public:
    static constexpr unsigned kEntries = 16;

    // Eight entries' configuration bytes, entry `first` (0 or 8) lowest: pmpcfg0 and pmpcfg2.
    std::uint64_t config(unsigned first) const;
    // pmpaddr: bits 55 to 2 of an address.
    std::uint64_t address(unsigned entry) const { return entries_[entry].address; }

    // Writes leave locked entries alone, and the address below a locked top-of-range entry (Priv. 3.7.1.2).
    // W without R is reserved and becomes neither.
    void write_config(unsigned first, std::uint64_t value);
    void write_address(unsigned entry, std::uint64_t value);

    // Machine mode passes where no entry or an unlocked one decides; below it, no entry means no access.
    bool allows(mem::PhysAddr address, std::uint64_t length, mem::Access access, Privilege privilege) const;

    // How many of the `limit` bytes from `address` on are decided by the same entries: to the next boundary
    // of any.
    std::uint64_t uniform_bytes(mem::PhysAddr address, std::uint64_t limit) const;

  private:
    struct Entry {
        std::uint64_t address = 0;
        std::uint8_t config = 0;
        bool active = false;
        // Addresses covered, both included, while active.
        std::uint64_t first = 0;
        std::uint64_t last = 0;
    };

    bool address_locked(unsigned entry) const;
    void update_range(unsigned entry);
    void update_ranges();

    std::array<Entry, kEntries> entries_{};
};

}  // namespace vm::guest::riscv
