#include "vm/mmu/shared_tlb.h"

#include "vm/base/check.h"

namespace vm::mmu {

SharedTlb::Slots::Slots() {
    for (AtomicPair& entry : entries) {
        Entry zero;
        entry.compare_exchange(zero, kEmpty);
    }
}

SharedTlb::SharedTlb() : slots_(std::make_unique<Slots>()) {}

SharedTlb::Ticket SharedTlb::begin_fill(std::uint64_t address) const {
    return {.version = slots_->versions[slot(address)].load(),
            .flushes = flushes_.load(),
            .address_flushes = address_flushes_.load()};
}

bool SharedTlb::insert(const Ticket& ticket, std::uint64_t address, std::uint16_t asid, std::byte* host,
                       unsigned page_shift) {
    VM_CHECK(asid <= kLargestAsid);
    if (page_shift > mem::kPageShift and not announce_superpage(ticket, address, page_shift)) {
        return false;
    }
    std::atomic<std::uint64_t>& version = slots_->versions[slot(address)];
    std::uint64_t expected = ticket.version;
    if (not version.compare_exchange_strong(expected, ticket.version + 1)) {
        return false;
    }
    AtomicPair& entry = slots_->entries[slot(address)];
    // As long as this call lasts, nothing else lives at the address of what is its own.
    const Entry claim{kNoTag, reinterpret_cast<std::uintptr_t>(&expected)};
    Entry found = entry.load();
    while (not entry.compare_exchange(found, claim)) {
    }
    const bool valid = version.load() == ticket.version + 1 and flushes_.load() == ticket.flushes;
    const std::uint64_t page = page_of(address);
    found = claim;
    return entry.compare_exchange(
               found, valid ? Entry{page | asid, reinterpret_cast<std::uintptr_t>(host) - page} : kEmpty) and
           valid;
}

// A flush of an address does not know which other slots hold pieces of the same superpage, so it flushes
// everything where any has been. Either it sees what we announce, or we see that it came: both sides write
// first and read then, in one order that all agree on. (What if the bit was set before: the same holds, the
// bit never goes.)
bool SharedTlb::announce_superpage(const Ticket& ticket, std::uint64_t address, unsigned page_shift) {
    const std::uint64_t gibs = gib_bits(address, page_shift);
    if ((large_gibs_.load() & gibs) != gibs) {
        large_gibs_.fetch_or(gibs);
    }
    return address_flushes_.load() == ticket.address_flushes;
}

template <class Condition>
void SharedTlb::empty_if(AtomicPair& slot, Condition condition) {
    Entry found = slot.load();
    while ((is_claim(found) or condition(found)) and not slot.compare_exchange(found, kEmpty)) {
    }
}

template <class Condition>
void SharedTlb::flush_if(Condition condition) {
    flushes_.fetch_add(1);
    for (AtomicPair& entry : slots_->entries) {
        empty_if(entry, condition);
    }
}

void SharedTlb::flush() {
    flush_if([](const Entry& entry) { return entry != kEmpty; });
}

void SharedTlb::flush_asid(std::uint16_t asid) {
    VM_CHECK(asid <= kLargestAsid);
    flush_if([=](const Entry& entry) { return (entry.first & (mem::kPageSize - 1)) == asid; });
}

void SharedTlb::flush_address(std::uint64_t address) {
    address_flushes_.fetch_add(1);
    slots_->versions[slot(address)].fetch_add(1);
    empty_if(slots_->entries[slot(address)],
             [=](const Entry& entry) { return page_of(entry.first) == page_of(address); });
    if ((large_gibs_.load() & gib_bits(address, mem::kPageShift)) != 0) {
        flush();
    }
}

}  // namespace vm::mmu
