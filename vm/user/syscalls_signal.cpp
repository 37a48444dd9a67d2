// System calls on signals.

#include <sys/syscall.h>

#include <signal.h>

#include "vm/user/linux_abi.h"
#include "vm/user/signal_frame.h"
#include "vm/user/syscalls.h"

namespace vm::user::sys {
namespace {

constexpr std::uint64_t kSetSize = sizeof(std::uint64_t);
constexpr std::size_t kSp = 2;
constexpr std::uint64_t kSmallestStack = 2048;  // MINSIGSTKSZ

bool settable(int signal) {
    return signal >= 1 and signal <= kSignalCount and signal != SIGKILL and signal != SIGSTOP;
}

void install(HostSignals& host, int signal, const abi::SignalAction& action) {
    if (action.handler == abi::kSignalDefault) {
        host.default_action(signal);
    } else if (action.handler == abi::kSignalIgnore) {
        host.ignore(signal);
    } else {
        host.forward(signal);
    }
}

// A signal the guest sends itself and does not handle ends it here, with its registers to show, rather than
// vm; unless it comes back to us, for a debugger to see.
bool kills_itself(Kernel& kernel, bool to_itself, int signal) {
    const auto& shown = kernel.process.shows_fatal_signals;
    const bool comes_back = shown and shown() and signal != SIGKILL;
    if (not to_itself or comes_back or not would_kill(kernel.signals, *kernel.actions, signal)) {
        return false;
    }
    kernel.outcome = Outcome{Outcome::Kind::killed, signal};
    return true;
}

// What a program says of a signal that it queues. One that passes for a fault which the kernel found would be
// taken for vm's own.
Checked<siginfo_t> queued_info(const Kernel& kernel, int signal, std::uint64_t address) {
    const auto info = kernel.memory.get<siginfo_t>(address);
    if (info and raised_by_instructions(signal) and info->si_code > 0) {
        return tl::unexpected<SysValue>(-EPERM);
    }
    return info;
}

Checked<std::uint64_t> signal_set(const Kernel& kernel, std::uint64_t address, std::uint64_t size) {
    if (size != kSetSize) {
        return tl::unexpected<SysValue>(-EINVAL);
    }
    return kernel.memory.get<std::uint64_t>(address);
}

}  // namespace

SysValue rt_sigaction(Kernel& kernel, const SysArgs& a) {
    const int signal = as_int(a[0]);
    if (not settable(signal) or a[3] != kSetSize) {
        return -EINVAL;
    }
    SignalActions& actions = *kernel.actions;
    abi::SignalAction before = actions.at(signal);
    if (a[1] != 0) {
        auto wanted = kernel.memory.get<abi::SignalAction>(a[1]);
        if (not wanted) {
            return wanted.error();
        }
        if (not kernel.host_signals.hold()) {
            return kRestartAlways;
        }
        wanted->mask &= ~(signal_bit(SIGKILL) | signal_bit(SIGSTOP));
        before = actions.replace(signal, *wanted, [&] { install(kernel.host_signals, signal, *wanted); });
        kernel.host_signals.set_mask(kernel.signals.mask);
    }
    return a[2] != 0 ? kernel.memory.put(a[2], before) : 0;
}

SysValue rt_sigprocmask(Kernel& kernel, const SysArgs& a) {
    if (a[3] != kSetSize) {
        return -EINVAL;
    }
    const std::uint64_t before = kernel.signals.mask;
    if (a[1] != 0) {
        const auto set = kernel.memory.get<std::uint64_t>(a[1]);
        if (not set) {
            return set.error();
        }
        const int how = as_int(a[0]);
        if (how != SIG_BLOCK and how != SIG_UNBLOCK and how != SIG_SETMASK) {
            return -EINVAL;
        }
        if (not kernel.host_signals.hold()) {
            return kRestartAlways;
        }
        const std::uint64_t mask = how == SIG_BLOCK     ? before | *set
                                   : how == SIG_UNBLOCK ? before & ~*set
                                                        : *set;
        kernel.signals.mask = mask & ~(signal_bit(SIGKILL) | signal_bit(SIGSTOP));
        kernel.host_signals.set_mask(kernel.signals.mask);
    }
    return a[2] != 0 ? kernel.memory.put(a[2], before) : 0;
}

SysValue rt_sigpending(Kernel& kernel, const SysArgs& a) {
    const auto out = kernel.memory.writable(a[0], kSetSize);
    return out ? host_call(SYS_rt_sigpending, out->data(), a[1]) : out.error();
}

SysValue rt_sigsuspend(Kernel& kernel, const SysArgs& a) {
    const auto mask = signal_set(kernel, a[0], a[1]);
    if (not mask) {
        return mask.error();
    }
    const std::uint64_t host_mask = host_set(*mask);
    const SysValue result = kernel.host_signals.call(SYS_rt_sigsuspend, &host_mask, kSetSize);
    return result == kRestart ? kRestartNever : result;
}

SysValue rt_sigtimedwait(Kernel& kernel, const SysArgs& a) {
    const auto set = signal_set(kernel, a[0], a[3]);
    if (not set) {
        return set.error();
    }
    const auto limit = a[2] != 0 ? kernel.memory.get<abi::Timespec>(a[2]) : abi::Timespec{};
    if (not limit) {
        return limit.error();
    }
    siginfo_t info{};
    const std::uint64_t waited = host_set(*set);
    const SysValue result = kernel.host_signals.call(SYS_rt_sigtimedwait, &waited, &info,
                                                     a[2] != 0 ? &*limit : nullptr, kSetSize);
    if (result > 0 and a[1] != 0 and kernel.memory.put(a[1], info) != 0) {
        return -EFAULT;
    }
    return result == kRestart ? kRestartNever : result;
}

SysValue rt_sigreturn(Kernel& kernel, const SysArgs&) {
    if (not kernel.host_signals.hold()) {
        return kRestartAlways;
    }
    if (not leave_handler(kernel.memory, kernel.hart, kernel.signals)) {
        kernel.outcome = Outcome{Outcome::Kind::killed, SIGSEGV};
    }
    kernel.host_signals.set_mask(kernel.signals.mask);
    return kNoResult;
}

SysValue sigaltstack(Kernel& kernel, const SysArgs& a) {
    abi::SignalStack& stack = kernel.signals.alternate;
    const bool inside = on_alternate_stack(kernel.signals, kernel.hart.x[kSp]);
    abi::SignalStack before = stack;
    before.flags |= inside ? SS_ONSTACK : 0;
    if (a[0] != 0) {
        const auto wanted = kernel.memory.get<abi::SignalStack>(a[0]);
        if (not wanted) {
            return wanted.error();
        }
        const std::int32_t mode = wanted->flags & ~abi::kStackAutoDisarm;
        if (inside) {
            return -EPERM;
        }
        if (mode != 0 and mode != SS_ONSTACK and mode != SS_DISABLE) {
            return -EINVAL;
        }
        if (mode == SS_DISABLE) {
            stack = {};
        } else if (wanted->size < kSmallestStack) {
            return -ENOMEM;
        } else {
            stack = *wanted;
            stack.flags &= abi::kStackAutoDisarm;
        }
    }
    return a[1] != 0 ? kernel.memory.put(a[1], before) : 0;
}

SysValue kill(Kernel& kernel, const SysArgs& a) {
    if (as_int(a[1]) == kStopSignal) {
        return -EINVAL;
    }
    if (kills_itself(kernel, as_int(a[0]) == ::getpid(), as_int(a[1]))) {
        return kNoResult;
    }
    return host_call(SYS_kill, as_int(a[0]), as_int(a[1]));
}

SysValue tkill(Kernel& kernel, const SysArgs& a) {
    if (as_int(a[1]) == kStopSignal) {
        return -EINVAL;
    }
    if (kills_itself(kernel, as_int(a[0]) == ::gettid(), as_int(a[1]))) {
        return kNoResult;
    }
    return host_call(SYS_tkill, as_int(a[0]), as_int(a[1]));
}

SysValue tgkill(Kernel& kernel, const SysArgs& a) {
    if (as_int(a[2]) == kStopSignal) {
        return -EINVAL;
    }
    const bool to_itself = as_int(a[0]) == ::getpid() and as_int(a[1]) == ::gettid();
    if (kills_itself(kernel, to_itself, as_int(a[2]))) {
        return kNoResult;
    }
    return host_call(SYS_tgkill, as_int(a[0]), as_int(a[1]), as_int(a[2]));
}

SysValue rt_sigqueueinfo(Kernel& kernel, const SysArgs& a) {
    if (as_int(a[1]) == kStopSignal) {
        return -EINVAL;
    }
    const auto info = queued_info(kernel, as_int(a[1]), a[2]);
    if (not info) {
        return info.error();
    }
    if (kills_itself(kernel, as_int(a[0]) == ::getpid(), as_int(a[1]))) {
        return kNoResult;
    }
    return host_call(SYS_rt_sigqueueinfo, as_int(a[0]), as_int(a[1]), &*info);
}

SysValue rt_tgsigqueueinfo(Kernel& kernel, const SysArgs& a) {
    if (as_int(a[2]) == kStopSignal) {
        return -EINVAL;
    }
    const auto info = queued_info(kernel, as_int(a[2]), a[3]);
    if (not info) {
        return info.error();
    }
    const bool to_itself = as_int(a[0]) == ::getpid() and as_int(a[1]) == ::gettid();
    if (kills_itself(kernel, to_itself, as_int(a[2]))) {
        return kNoResult;
    }
    return host_call(SYS_rt_tgsigqueueinfo, as_int(a[0]), as_int(a[1]), as_int(a[2]), &*info);
}

}  // namespace vm::user::sys
