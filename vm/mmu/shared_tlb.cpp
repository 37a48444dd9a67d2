#include "vm/mmu/shared_tlb.h"

#include "vm/base/check.h"

namespace vm::mmu {

SharedTlb::SharedTlb() : slots_(std::make_unique<Slots>()) {}

SharedTlb::Ticket SharedTlb::begin_fill(std::uint64_t address, std::uint16_t asid) const {
    VM_CHECK(asid <= kLargestAsid);
    return {.version = slots_->entries[slot(address)].version.load(std::memory_order_acquire),
            .epoch = epoch(asid),
            .address_flushes = address_flushes_.load(std::memory_order_acquire)};
}

bool SharedTlb::insert(const Ticket& ticket, std::uint64_t address, std::uint16_t asid, std::byte* host,
                       unsigned page_shift) {
    if ((ticket.version & kWriting) != 0) {
        return false;
    }
    if (page_shift > mem::kPageShift and not announce_superpage(ticket, address, page_shift)) {
        return false;
    }
    Entry& entry = slots_->entries[slot(address)];
    std::uint64_t version = ticket.version;
    if (not entry.version.compare_exchange_strong(version, version | kWriting, std::memory_order_acq_rel,
                                                  std::memory_order_relaxed)) {
        return false;
    }
    const std::uint64_t page = page_of(address);
    entry.tag.store(page | asid, std::memory_order_release);
    entry.addend.store(reinterpret_cast<std::uintptr_t>(host) - page, std::memory_order_release);
    entry.epoch.store(ticket.epoch, std::memory_order_release);
    return finish_writing(entry, ticket.version | kWriting);
}

// A flush of an address does not know which other slots hold pieces of the same superpage, so it flushes
// everything where any has been. Either it sees what we announce, or we see that it came: both sides write
// first and read then, in one order that all agree on. (What if the bit was set before: the same holds, the
// bit never goes.)
bool SharedTlb::announce_superpage(const Ticket& ticket, std::uint64_t address, unsigned page_shift) {
    const std::uint64_t gibs = gib_bits(address, page_shift);
    if ((large_gibs_.load(std::memory_order_seq_cst) & gibs) != gibs) {
        large_gibs_.fetch_or(gibs, std::memory_order_seq_cst);
    }
    return address_flushes_.load(std::memory_order_seq_cst) == ticket.address_flushes;
}

// Makes the version even again, unless a flush advanced it meanwhile: then what was written must not be seen.
bool SharedTlb::finish_writing(Entry& entry, std::uint64_t version) {
    if (entry.version.compare_exchange_strong(version, version + 1, std::memory_order_release,
                                              std::memory_order_relaxed)) {
        return true;
    }
    do {
        entry.tag.store(kNoTag, std::memory_order_release);
    } while (not entry.version.compare_exchange_weak(version, version + 1, std::memory_order_release,
                                                     std::memory_order_relaxed));
    return false;
}

// Advances the version, so that fills under way come to nothing, and empties the slot if it holds the page.
void SharedTlb::forget(Entry& entry, std::uint64_t page) {
    std::uint64_t version = entry.version.load(std::memory_order_acquire);
    while (true) {
        const bool writing = (version & kWriting) != 0;
        const bool empties = not writing and page_of(entry.tag.load(std::memory_order_acquire)) == page;
        const std::uint64_t next = empties ? version | kWriting : version + 2;
        if (entry.version.compare_exchange_weak(version, next, std::memory_order_acq_rel,
                                                std::memory_order_acquire)) {
            if (empties) {
                entry.tag.store(kNoTag, std::memory_order_release);
                finish_writing(entry, next);
            }
            return;
        }
    }
}

void SharedTlb::flush() { epoch_.fetch_add(1, std::memory_order_acq_rel); }

void SharedTlb::flush_asid(std::uint16_t asid) {
    VM_CHECK(asid <= kLargestAsid);
    slots_->asid_epochs[asid].fetch_add(1, std::memory_order_acq_rel);
}

void SharedTlb::flush_address(std::uint64_t address) {
    address_flushes_.fetch_add(1, std::memory_order_seq_cst);
    forget(slots_->entries[slot(address)], page_of(address));
    if ((large_gibs_.load(std::memory_order_seq_cst) & gib_bits(address, mem::kPageShift)) != 0) {
        flush();
    }
}

}  // namespace vm::mmu
