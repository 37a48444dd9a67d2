#include "vm/mem/code_journal.h"

namespace vm::mem {

void CodeJournal::record(PhysAddr page) {
    const std::lock_guard lock(mutex_);
    const std::uint64_t next = generation_.load(std::memory_order_relaxed) + 1;
    pages_[next % kRemembered] = page;
    generation_.store(next, std::memory_order_release);
}

std::optional<PhysAddr> CodeJournal::at(std::uint64_t generation) const {
    const std::lock_guard lock(mutex_);
    const std::uint64_t newest = generation_.load(std::memory_order_relaxed);
    if (generation > newest or newest - generation >= kRemembered) {
        return std::nullopt;
    }
    return pages_[generation % kRemembered];
}

}  // namespace vm::mem
