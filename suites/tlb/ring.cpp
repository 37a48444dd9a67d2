#include "suites/tlb/ring.h"

#include "suites/common/touch.h"
#include "suites/tlb/patterns.h"
#include "vm/mem/host_access.h"

namespace suites::tlb {

using vm::mem::kPageSize;

Ring::Ring(std::uint64_t pages) : memory_(pages * kPageSize), order_(shuffled(pages, pages)) {
    for (std::uint64_t i = 0; i < pages; ++i) {
        const auto next_host = reinterpret_cast<std::uintptr_t>(host_after(i + 1));
        std::byte* const word = &memory_[place_in(order_[i])];
        vm::mem::host_store(word, guest_after(i + 1));
        vm::mem::host_store(word + 8, std::uint64_t{next_host});
        tlb_.insert(guest(order_[i]), &memory_[order_[i] * kPageSize]);
    }
}

std::uint64_t Ring::guest(std::uint64_t page) {
    constexpr std::uint64_t kFirst = 0x10'0000'0000;
    return kFirst + place_in(page);
}

Trace Ring::guest_trace() const {
    std::vector<std::uint64_t> addresses(kBatch);
    for (std::uint64_t i = 0; i < kBatch; ++i) {
        addresses[i] = guest_after(i);
    }
    return Trace(std::move(addresses),
                 [this, i = std::uint64_t{0}](std::uint64_t) mutable { return guest_after(++i); });
}

Trace Ring::host_trace() const {
    std::vector<std::uint64_t> addresses(kBatch);
    for (std::uint64_t i = 0; i < kBatch; ++i) {
        addresses[i] = reinterpret_cast<std::uintptr_t>(host_after(i));
    }
    return Trace(std::move(addresses),
                 [this, i = std::uint64_t{0}](std::uint64_t) mutable { return guest_after(++i); });
}

// Only what the chains read: all of the pages would push it out again.
void Ring::touch() const {
    for (std::uint64_t step = 0; step < order_.size(); ++step) {
        common::touch_lines({host_after(step), 16});
    }
}

}  // namespace suites::tlb
