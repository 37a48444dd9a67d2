#include "vm/user/host_signals.h"

#include <cerrno>
#include <cstring>
#include <sys/syscall.h>

#include <unistd.h>

#include "vm/user/safe_syscall.h"

namespace vm::user {
namespace {

static_assert(kRestart == kInterruptedBefore);

// The one process-wide variable here: a signal handler has no other way to find its object.
std::atomic<HostSignals*> attached{nullptr};  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

// glibc keeps 32 and 33 for itself and does not let them be handled; no single-threaded guest needs them.
bool usable(int signal) { return signal != 32 and signal != 33 and signal != SIGKILL and signal != SIGSTOP; }

constexpr std::uint64_t kFaults =
    signal_bit(SIGSEGV) | signal_bit(SIGBUS) | signal_bit(SIGILL) | signal_bit(SIGFPE) | signal_bit(SIGTRAP);

void change_mask(std::uint64_t mask) {
    ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, nullptr, sizeof mask);
}

}  // namespace

bool raised_by_instructions(int signal) { return (kFaults & signal_bit(signal)) != 0; }

Result<std::unique_ptr<HostSignals>> HostSignals::attach(Notify notify, void* context) {
    std::unique_ptr<HostSignals> signals(new HostSignals(notify, context));
    HostSignals* nobody = nullptr;
    if (not attached.compare_exchange_strong(nobody, signals.get())) {
        return fail("another guest program of this process already receives its signals");
    }
    ::syscall(SYS_rt_sigprocmask, SIG_BLOCK, nullptr, &signals->inherited_mask_, sizeof(std::uint64_t));
    return signals;
}

HostSignals::~HostSignals() {
    HostSignals* self = this;
    if (not attached.compare_exchange_strong(self, nullptr)) {
        return;  // attach failed: nothing was changed
    }
    for (int signal = 1; signal <= kSignalCount; ++signal) {
        if ((changed_ & signal_bit(signal)) != 0) {
            ::sigaction(signal, &old_[static_cast<std::size_t>(signal)], nullptr);
        }
    }
    change_mask(inherited_mask_);
}

bool HostSignals::inherited_ignored(int signal) const {
    struct sigaction action {};
    return usable(signal) and ::sigaction(signal, nullptr, &action) == 0 and action.sa_handler == SIG_IGN;
}

// Keeps the disposition from before the first change.
void HostSignals::remember(int signal) {
    if ((changed_ & signal_bit(signal)) == 0) {
        ::sigaction(signal, nullptr, &old_[static_cast<std::size_t>(signal)]);
        changed_ |= signal_bit(signal);
    }
}

void HostSignals::forward(int signal) {
    if (usable(signal)) {
        remember(signal);
        struct sigaction action {};
        action.sa_sigaction = on_signal;
        action.sa_flags = SA_SIGINFO;
        ::sigfillset(&action.sa_mask);
        ::sigaction(signal, &action, nullptr);
    }
}

void HostSignals::ignore(int signal) {
    // A fault of our own must never be ignored, and the guest's own faults do not come from the host.
    if (usable(signal) and not raised_by_instructions(signal)) {
        remember(signal);
        ::signal(signal, SIG_IGN);
    }
}

void HostSignals::default_action(int signal) {
    if (usable(signal)) {
        remember(signal);
        ::signal(signal, SIG_DFL);
    }
}

void HostSignals::on_signal(int signal, siginfo_t* info, void* context) {
    auto& interrupted = *static_cast<ucontext_t*>(context);
    if (raised_by_instructions(signal) and info->si_code > 0) {
        // Our own fault, not something another process sent: die of it when the instruction runs again.
        ::signal(signal, SIG_DFL);
        return;
    }
    HostSignals* const self = attached.load(std::memory_order_relaxed);
    if (self == nullptr) {
        return;
    }
    self->info_ = *info;
    self->pending_.store(signal, std::memory_order_relaxed);
    // The mask in force after this handler. The kernel's is 8 bytes long, glibc's type is longer than what is
    // there.
    const std::uint64_t everything = ~kFaults;
    std::memcpy(&interrupted.uc_sigmask, &everything, sizeof everything);
    rewind_interruptible_syscall(interrupted);
    self->notify_(self->context_);
}

siginfo_t HostSignals::take() {
    const siginfo_t info = info_;
    pending_.store(0, std::memory_order_relaxed);
    return info;
}

bool HostSignals::hold() {
    change_mask(~kFaults);
    return pending() == 0;
}

void HostSignals::set_mask(std::uint64_t mask) {
    // With a signal on its way everything stays blocked until it is taken.
    if (pending() == 0) {
        change_mask(mask & ~kFaults);
    }
}

SysValue HostSignals::finish(long number, const std::uint64_t (&words)[6]) {
    const SysValue result = interruptible_syscall(&pending_, number, words);
    return result == -EINTR and pending() != 0 ? kRestart : result;
}

}  // namespace vm::user
