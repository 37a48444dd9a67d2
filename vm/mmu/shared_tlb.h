#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "vm/base/atomic_pair.h"
#include "vm/mmu/tlb.h"

namespace vm::mmu {

// A first level that several threads look up, fill and flush at once, none of them ever waiting for another.
// Like DirectMappedTlb it holds pieces of 4 KiB for one kind of access in one mode, tagged by address space.
// An entry is one AtomicPair, so that a look-up reads as much as that of a private TLB.
//
// No lookup returns a mixture of two translations, nor any that was flushed before the lookup began. Whoever
// misses takes a ticket, walks the page table, then fills; what was flushed after the ticket was taken is not
// filled. To that end a fill claims the slot first, by an entry that nobody finds and nobody else makes, then
// looks whether anything was flushed since its ticket, and turns its claim into the translation if that is
// still there. A flush counts itself first, then empties the slots concerned, claims included: either the
// fill sees that it came, or it sees the claim (or what came of it).
class SharedTlb {
  public:
    static constexpr std::size_t kEntries = Tlb::kEntries;

    struct Ticket {
        std::uint64_t version;
        std::uint64_t flushes;
        std::uint64_t address_flushes;
    };

    SharedTlb();

    // Host address of a guest access of `size` bytes (at least 1) in that address space, or nullptr on a
    // miss.
    std::byte* find(std::uint64_t address, unsigned size, std::uint16_t asid) const {
        const auto [tag, addend] = slots_->entries[slot(address)].load();
        if (tag != (page_of(address + size - 1) | asid)) [[unlikely]] {
            return nullptr;
        }
        return reinterpret_cast<std::byte*>(addend + address);
    }

    // To be taken before the page table is read.
    Ticket begin_fill(std::uint64_t address) const;

    // Enters the piece that holds `address` of a guest page of `page_shift`, at the host page that starts at
    // `host`. Answers whether it did: not when somebody was faster, or flushed the address meanwhile.
    bool insert(const Ticket& ticket, std::uint64_t address, std::uint16_t asid, std::byte* host,
                unsigned page_shift = mem::kPageShift);

    // When they return, no lookup that begins finds what is to be forgotten. Global pages go with the address
    // space they were entered under; an address is forgotten in all of them, superpages included. The first
    // two look at every slot.
    void flush();
    void flush_asid(std::uint16_t asid);
    void flush_address(std::uint64_t address);

  private:
    static constexpr std::uint64_t kNoTag = std::uint64_t{1} << kAsidBits;  // no page and ASID make this

    using Entry =
        AtomicPair::Value;  // tag and addend; a claim has no tag, and an addend that tells whose it is
    static constexpr Entry kEmpty{kNoTag, 0};

    struct Slots {
        Slots();
        std::array<AtomicPair, kEntries> entries;
        std::array<std::atomic<std::uint64_t>, kEntries> versions{};  // fills and flushes that began
    };

    static std::size_t slot(std::uint64_t address) { return (address >> mem::kPageShift) % kEntries; }
    static bool is_claim(const Entry& entry) { return entry.first == kNoTag and entry.second != 0; }

    bool announce_superpage(const Ticket& ticket, std::uint64_t address, unsigned page_shift);
    template <class Condition>
    static void empty_if(AtomicPair& slot, Condition condition);
    template <class Condition>
    void flush_if(Condition condition);

    std::unique_ptr<Slots> slots_;
    std::atomic<std::uint64_t> flushes_{0};  // of more than an address
    std::atomic<std::uint64_t> address_flushes_{0};
    std::atomic<std::uint64_t> large_gibs_{0};  // where pieces of superpages have ever been (gib_bits)
};

}  // namespace vm::mmu
