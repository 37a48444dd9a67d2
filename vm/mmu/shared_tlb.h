#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "vm/mmu/tlb.h"

namespace vm::mmu {

// A first level that several threads look up, fill and flush at once, none of them ever waiting for another.
// Like DirectMappedTlb it holds pieces of 4 KiB for one kind of access in one mode, tagged by address space.
//
// No lookup returns a mixture of two translations, nor any that was flushed before the lookup began. Whoever
// misses takes a ticket, walks the page table, then fills; what was flushed after the ticket was taken is not
// filled, or filled such that nobody finds it:
//  - an entry's version is odd while somebody writes it and changes with each fill and flush of its slot. A
//    fill needs the ticket's version still; a flush of a slot being written advances the version under the
//    writer, who then empties the slot.
//  - flushes of everything or of an address space advance an epoch, which entries carry from the ticket.
// A slot whose writer was put to sleep misses until the writer runs again.
class SharedTlb {
  public:
    static constexpr std::size_t kEntries = Tlb::kEntries;

    struct Ticket {
        std::uint64_t version;
        std::uint64_t epoch;
        std::uint64_t address_flushes;
    };

    SharedTlb();

    // Host address of a guest access of `size` bytes (at least 1) in that address space, or nullptr on a
    // miss.
    std::byte* find(std::uint64_t address, unsigned size, std::uint16_t asid) const {
        const Entry& entry = slots_->entries[slot(address)];
        // Each acquire keeps the loads below it from moving above: a word of a later writer shows that
        // writer's version to the last of them.
        const std::uint64_t version = entry.version.load(std::memory_order_acquire);
        const std::uint64_t tag = entry.tag.load(std::memory_order_acquire);
        const std::uint64_t addend = entry.addend.load(std::memory_order_acquire);
        const std::uint64_t written = entry.epoch.load(std::memory_order_acquire);
        const bool steady = entry.version.load(std::memory_order_relaxed) == (version & ~kWriting);
        if (tag != (page_of(address + size - 1) | asid) or not steady or written != epoch(asid))
            [[unlikely]] {
            return nullptr;
        }
        return reinterpret_cast<std::byte*>(addend + address);
    }

    // To be taken before the page table is read.
    Ticket begin_fill(std::uint64_t address, std::uint16_t asid) const;

    // Enters the piece that holds `address` of a guest page of `page_shift`, at the host page that starts at
    // `host`. Answers whether it did: not when somebody was faster, or flushed the address meanwhile.
    bool insert(const Ticket& ticket, std::uint64_t address, std::uint16_t asid, std::byte* host,
                unsigned page_shift = mem::kPageShift);

    // When they return, no lookup that begins finds what is to be forgotten. Global pages go with the address
    // space they were entered under; an address is forgotten in all of them, superpages included.
    void flush();
    void flush_asid(std::uint16_t asid);
    void flush_address(std::uint64_t address);

  private:
    static constexpr std::uint64_t kWriting = 1;                            // of a version
    static constexpr std::uint64_t kNoTag = std::uint64_t{1} << kAsidBits;  // no page and ASID make this

    struct alignas(32) Entry {
        std::atomic<std::uint64_t> version{0};
        std::atomic<std::uint64_t> tag{kNoTag};
        std::atomic<std::uint64_t> addend{0};
        std::atomic<std::uint64_t> epoch{0};
    };
    using AsidEpochs = std::array<std::atomic<std::uint64_t>, std::size_t{kLargestAsid} + 1>;
    struct Slots {
        std::array<Entry, kEntries> entries;
        AsidEpochs asid_epochs{};
    };

    static std::size_t slot(std::uint64_t address) { return (address >> mem::kPageShift) % kEntries; }

    // Both parts only grow, so an equal sum means that neither did.
    std::uint64_t epoch(std::uint16_t asid) const {
        return epoch_.load(std::memory_order_acquire) +
               slots_->asid_epochs[asid].load(std::memory_order_acquire);
    }
    bool announce_superpage(const Ticket& ticket, std::uint64_t address, unsigned page_shift);
    static bool finish_writing(Entry& entry, std::uint64_t version);
    static void forget(Entry& entry, std::uint64_t page);

    std::unique_ptr<Slots> slots_;
    // Read by every lookup, hence away from what fills and flushes of addresses write.
    alignas(64) std::atomic<std::uint64_t> epoch_{0};
    alignas(64) std::atomic<std::uint64_t> address_flushes_{0};
    std::atomic<std::uint64_t> large_gibs_{0};  // where pieces of superpages have ever been (gib_bits)
};

}  // namespace vm::mmu
