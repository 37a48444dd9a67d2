#pragma once

#include <cstdint>

#include "vm/user/kernel.h"

namespace vm::user {

// struct robust_list_head (include/uapi/linux/futex.h): the list of locks a thread holds, which it keeps
// itself and the kernel walks when it ends.
struct RobustListHead {
    std::uint64_t first;        // struct robust_list, linked to the head again at the end; bit 0: a PI lock
    std::int64_t futex_offset;  // from an entry to its lock
    std::uint64_t pending;      // an entry that is just being taken or released
};
static_assert(sizeof(RobustListHead) == 24);

// Marks each lock on the ending thread's list as one whose owner died, where it is the owner, and wakes one
// that waits for it. The thread's own kernel, on its own host thread.
void release_robust_list(Kernel& kernel);

}  // namespace vm::user
