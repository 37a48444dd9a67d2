#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "vm/mem/address.h"

namespace vm::mmu {

// Direct-mapped translations of whole pages from guest to host addresses, all for one kind of access in one
// mode. One comparison decides presence, and that the access stays inside its page: the tag is compared with
// the page of the access's last byte, while the slot is chosen by the page of its first.
class Tlb {
  public:
    static constexpr std::size_t kEntries = 1024;

    // Host address of a guest access of `size` bytes (at least 1), or nullptr on a miss.
    std::byte* find(std::uint64_t address, unsigned size) const {
        const Entry& entry = entries_[slot(address)];
        const std::uint64_t last_page = (address + size - 1) & ~(mem::kPageSize - 1);
        if (entry.page != last_page) [[unlikely]] {
            return nullptr;
        }
        return entry.host + (address & (mem::kPageSize - 1));
    }

    // From now on finds accesses inside the guest page that holds `address` at the host page that starts at
    // `host`.
    void insert(std::uint64_t address, std::byte* host) {
        entries_[slot(address)] = {address & ~(mem::kPageSize - 1), host};
    }

    // Forgets the page that holds `address`.
    void erase(std::uint64_t address) {
        Entry& entry = entries_[slot(address)];
        if (entry.page == (address & ~(mem::kPageSize - 1))) {
            entry = Entry{};
        }
    }

    void clear() { entries_.fill(Entry{}); }

  private:
    struct Entry {
        std::uint64_t page = 1;  // no page starts at an odd address
        std::byte* host = nullptr;
    };

    static std::size_t slot(std::uint64_t address) { return (address >> mem::kPageShift) % kEntries; }

    std::array<Entry, kEntries> entries_{};
};

}  // namespace vm::mmu
