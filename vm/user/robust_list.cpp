#include "vm/user/robust_list.h"

#include <linux/futex.h>
#include <sys/syscall.h>

#include "vm/user/syscalls.h"

namespace vm::user {
namespace {

// ROBUST_LIST_LIMIT: the guest may have linked its list into a circle that misses the head.
constexpr int kMostEntries = 2048;

constexpr std::uint64_t kPriorityInheritance = 1;

enum class Entry : std::uint8_t { held, pending };

// Robust locks may be shared between processes, so their waiters are, too (no FUTEX_PRIVATE_FLAG).
void wake_one(void* word) { host_call(SYS_futex, word, FUTEX_WAKE, 1, nullptr, nullptr, 0); }

// handle_futex_death() of kernel/futex/core.c. False: the list leads nowhere.
bool owner_died(Kernel& kernel, std::uint64_t address, std::uint64_t entry, Entry kind) {
    if (address % sizeof(std::uint32_t) != 0) {
        return false;
    }
    const auto bytes = kernel.memory.writable(address, sizeof(std::uint32_t));
    if (not bytes) {
        return false;
    }
    auto* const word = reinterpret_cast<std::uint32_t*>(bytes->data());
    const bool inherits = (entry & kPriorityInheritance) != 0;
    std::uint32_t value = __atomic_load_n(word, __ATOMIC_SEQ_CST);
    if (kind == Entry::pending and not inherits and value == 0) {
        wake_one(word);  // it was released, but nobody woken yet
        return true;
    }
    do {
        if ((value & FUTEX_TID_MASK) != static_cast<std::uint32_t>(::gettid())) {
            return true;
        }
    } while (not __atomic_compare_exchange_n(word, &value, (value & FUTEX_WAITERS) | FUTEX_OWNER_DIED, false,
                                             __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
    if (not inherits and (value & FUTEX_WAITERS) != 0) {
        wake_one(word);
    }
    return true;
}

}  // namespace

void release_robust_list(Kernel& kernel) {
    const std::uint64_t head_address = kernel.robust_list;
    kernel.robust_list = 0;
    const auto head = kernel.memory.get<RobustListHead>(head_address);
    if (head_address == 0 or not head) {
        return;
    }
    const auto lock_of = [&](std::uint64_t entry) {
        return (entry & ~kPriorityInheritance) + static_cast<std::uint64_t>(head->futex_offset);
    };
    std::uint64_t entry = head->first;
    for (int count = 0; count < kMostEntries; ++count) {
        const std::uint64_t place = entry & ~kPriorityInheritance;
        if (place == head_address) {
            break;
        }
        // Before the lock is given away: its new owner may free it.
        const auto next = kernel.memory.get<std::uint64_t>(place);
        const bool pending = place == (head->pending & ~kPriorityInheritance);
        if (not pending and not owner_died(kernel, lock_of(entry), entry, Entry::held)) {
            return;
        }
        if (not next) {
            return;
        }
        entry = *next;
    }
    if ((head->pending & ~kPriorityInheritance) != 0) {
        owner_died(kernel, lock_of(head->pending), head->pending, Entry::pending);
    }
}

}  // namespace vm::user
