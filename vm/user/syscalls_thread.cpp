// System calls on threads: their making and their end, what they wait for one another with.

#include <algorithm>
#include <cerrno>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <string>
#include <sys/syscall.h>

#include <fmt/format.h>
#include <sched.h>
#include <signal.h>

#include "vm/user/linux_abi.h"
#include "vm/user/robust_list.h"
#include "vm/user/syscalls.h"

namespace vm::user::sys {
namespace {

// Host threads share all of this, so guest threads cannot be without. (clone(2))
constexpr std::uint64_t kShared =
    CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
constexpr std::uint64_t kOptional =
    CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | CLONE_DETACHED | CSIGNAL;

SysValue refuse(Kernel& kernel, const std::string& what) {
    if (not kernel.process.missing_call_noted.exchange(true)) {
        say(kernel, what + " is not supported");
    }
    return -ENOSYS;
}

// Of riscv64: flags, stack, parent's word, thread pointer, child's word (CLONE_BACKWARDS).
NewThread wanted_of(const SysArgs& a) {
    const auto word = [&](std::uint64_t flag, std::uint64_t address) {
        return (a[0] & flag) != 0 ? address : 0;
    };
    NewThread wanted{.stack = a[1],
                     .parent_tid = word(CLONE_PARENT_SETTID, a[2]),
                     .child_tid = word(CLONE_CHILD_SETTID, a[4]),
                     .clear_child_tid = word(CLONE_CHILD_CLEARTID, a[4])};
    if ((a[0] & CLONE_SETTLS) != 0) {
        wanted.tls = a[3];
    }
    return wanted;
}

// Combinations that clone(2) answers with EINVAL, of flags that make threads or processes.
bool contradicts_itself(std::uint64_t flags) {
    constexpr std::uint64_t kNeverOfThreads = CLONE_NEWUSER | CLONE_NEWPID;
    const auto without = [flags](std::uint64_t flag, std::uint64_t needed) {
        return (flags & flag) != 0 and (flags & needed) == 0;
    };
    return without(CLONE_THREAD, CLONE_SIGHAND) or without(CLONE_SIGHAND, CLONE_VM) or
           ((flags & CLONE_THREAD) != 0 and (flags & kNeverOfThreads) != 0);
}

// A child that has the parent's memory and does not keep it waiting would be a thread of another process.
SysValue clone_process(Kernel& kernel, const SysArgs& a) {
    constexpr std::uint64_t kLent = CLONE_VM | CLONE_VFORK;
    const std::uint64_t flags = a[0] & ~kOptional;
    if (flags == CLONE_VM) {
        return refuse(kernel, "a child that shares memory, but by vfork,");
    }
    if ((flags != 0 and flags != kLent) or (a[0] & CSIGNAL) != SIGCHLD) {
        return refuse(kernel, fmt::format("a child by clone with the flags {:#x}", a[0]));
    }
    if (not kernel.start_process) {
        return -EAGAIN;
    }
    return kernel.start_process(wanted_of(a), flags == 0 ? Kernel::Memory::copied : Kernel::Memory::lent);
}

// The address of the word as the host's, which serves as the futex: also between processes that share it.
Checked<const std::byte*> futex_word(const Kernel& kernel, std::uint64_t address) {
    if (address % sizeof(std::uint32_t) != 0) {
        return tl::unexpected<SysValue>(-EINVAL);
    }
    const auto word = kernel.memory.readable(address, sizeof(std::uint32_t));
    return word ? Checked<const std::byte*>(word->data()) : tl::unexpected(word.error());
}

SysValue futex_wait(Kernel& kernel, const std::byte* word, const SysArgs& a) {
    const bool timed = a[3] != 0;
    const auto limit = timed ? kernel.memory.get<abi::Timespec>(a[3]) : abi::Timespec{};
    if (not limit) {
        return limit.error();
    }
    const SysValue result = kernel.host_signals.call(SYS_futex, word, as_int(a[1]), a[2],
                                                     timed ? &*limit : nullptr, nullptr, a[5]);
    return result == kRestart and timed ? kRestartNever : result;
}

SysValue futex_requeue(Kernel& kernel, const std::byte* word, const SysArgs& a) {
    const auto other = futex_word(kernel, a[4]);
    return other ? host_call(SYS_futex, word, as_int(a[1]), a[2], a[3], *other, a[5]) : other.error();
}

}  // namespace

SysValue clone(Kernel& kernel, const SysArgs& a) {
    const std::uint64_t flags = a[0];
    if (contradicts_itself(flags)) {
        return -EINVAL;
    }
    if ((flags & CLONE_THREAD) == 0) {
        return clone_process(kernel, a);
    }
    if ((flags & kShared) != kShared or (flags & ~(kShared | kOptional)) != 0) {
        return refuse(kernel, fmt::format("a thread by clone with the flags {:#x}", flags));
    }
    if (not kernel.start_thread) {
        return -EAGAIN;
    }
    return kernel.start_thread(wanted_of(a));
}

// Without a note: programs try it first and go on with clone, as under kernels before Linux 5.3.
SysValue clone3(Kernel&, const SysArgs&) { return -ENOSYS; }

// What waits for the thread may go on, and free its stack: nothing of the guest is touched behind this.
SysValue exit(Kernel& kernel, const SysArgs& a) {
    if (not kernel.host_signals.hold()) {
        return kRestartAlways;  // a signal of the process that came to this thread is not lost with it
    }
    kernel.thread_exit = as_int(a[0]) & 0xff;
    release_robust_list(kernel);
    if (kernel.clear_child_tid != 0) {
        const auto word = kernel.memory.writable(kernel.clear_child_tid, sizeof(std::uint32_t));
        if (word and kernel.clear_child_tid % sizeof(std::uint32_t) == 0) {
            __atomic_store_n(reinterpret_cast<std::uint32_t*>(word->data()), 0, __ATOMIC_SEQ_CST);
            host_call(SYS_futex, word->data(), FUTEX_WAKE, 1, nullptr, nullptr, 0);
        }
    }
    return kNoResult;
}

SysValue exit_group(Kernel& kernel, const SysArgs& a) {
    kernel.outcome = Outcome{Outcome::Kind::exited, as_int(a[0]) & 0xff};
    return kNoResult;
}

SysValue gettid(Kernel&, const SysArgs&) { return ::gettid(); }

SysValue set_tid_address(Kernel& kernel, const SysArgs& a) {
    kernel.clear_child_tid = a[0];
    return ::gettid();
}

SysValue set_robust_list(Kernel& kernel, const SysArgs& a) {
    if (a[1] != sizeof(RobustListHead)) {
        return -EINVAL;
    }
    kernel.robust_list = a[0];
    return 0;
}

SysValue get_robust_list(Kernel& kernel, const SysArgs& a) {
    const int thread = as_int(a[0]);
    if (thread != 0 and thread != ::gettid()) {
        return -EPERM;  // that of another thread is for debuggers, and the kernel may refuse it
    }
    const bool bad = kernel.memory.put(a[2], std::uint64_t{sizeof(RobustListHead)}) != 0 or
                     kernel.memory.put(a[1], kernel.robust_list) != 0;
    return bad ? -EFAULT : 0;
}

SysValue futex(Kernel& kernel, const SysArgs& a) {
    const int command = as_int(a[1]) & FUTEX_CMD_MASK;
    const bool known = command == FUTEX_WAIT or command == FUTEX_WAKE or command == FUTEX_WAIT_BITSET or
                       command == FUTEX_WAKE_BITSET or command == FUTEX_REQUEUE or
                       command == FUTEX_CMP_REQUEUE;
    if (not known) {
        return -ENOSYS;
    }
    const auto word = futex_word(kernel, a[0]);
    if (not word) {
        return word.error();
    }
    switch (command) {
        case FUTEX_WAIT:
        case FUTEX_WAIT_BITSET:
            return futex_wait(kernel, *word, a);
        case FUTEX_REQUEUE:
        case FUTEX_CMP_REQUEUE:
            return futex_requeue(kernel, *word, a);
        default:
            return host_call(SYS_futex, *word, as_int(a[1]), a[2], nullptr, nullptr, a[5]);
    }
}

SysValue sched_yield(Kernel& kernel, const SysArgs&) { return kernel.host_signals.call(SYS_sched_yield); }

SysValue sched_getaffinity(Kernel& kernel, const SysArgs& a) {
    // The kernel writes no more than its own set, whose size it returns.
    const auto out = kernel.memory.writable_prefix(a[2], static_cast<std::uint32_t>(a[1]));
    if (out.size() < std::min<std::uint64_t>(static_cast<std::uint32_t>(a[1]), 128)) {
        return -EFAULT;
    }
    return host_call(SYS_sched_getaffinity, as_int(a[0]), out.size(), out.data());
}

// Each of the others is between two instructions on the way, which orders its accesses, or away, and the
// handshake's lock orders those.
SysValue membarrier(Kernel& kernel, const SysArgs& a) {
    if (a[1] != 0) {
        return -EINVAL;
    }
    switch (as_int(a[0])) {
        case MEMBARRIER_CMD_QUERY:
            return MEMBARRIER_CMD_PRIVATE_EXPEDITED | MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED;
        case MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED:
            kernel.process.barriers_registered = true;
            return 0;
        case MEMBARRIER_CMD_PRIVATE_EXPEDITED:
            if (not kernel.process.barriers_registered) {
                return -EPERM;
            }
            if (kernel.others_let_go) {
                kernel.others_let_go();
            }
            return 0;
        default:
            return -EINVAL;
    }
}

// Engines look for overwritten code whenever they enter the guest, so it is enough that every other thread
// comes out of it once. Bit 0: this thread only. Of what is in the range nobody need have heard: it may have
// been written through another mapping of its file, or by another process.
SysValue riscv_flush_icache(Kernel& kernel, const SysArgs& a) {
    constexpr std::uint64_t kLocal = 1;
    if ((a[2] & ~kLocal) != 0) {
        return -EINVAL;
    }
    const std::uint64_t end = std::min(a[1], kAddressSpaceSize);
    if (a[0] < end) {
        kernel.memory.ram().store_notify(mem::PhysAddr{a[0]}, end - a[0]);
    }
    if ((a[2] & kLocal) == 0 and kernel.others_let_go) {
        kernel.others_let_go();
    }
    return 0;
}

}  // namespace vm::user::sys
