#include "vm/user/host_signals.h"

#include <cerrno>
#include <cstring>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <system_error>
#include <thread>
#include <utility>

#include <unistd.h>

#include "vm/jit/fault_watch.h"
#include "vm/user/reserved_signal.h"
#include "vm/user/safe_syscall.h"
#include "vm/user/signals.h"

namespace vm::user {
namespace {

static_assert(kRestart == kInterruptedBefore);

// A signal handler has no other way to find its object, nor have two programs another way to find each other.
// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables)
std::atomic<bool> attached{false};
constinit thread_local HostSignals* current = nullptr;
// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)

bool usable(int signal) { return signal != kStopSignal and signal != SIGKILL and signal != SIGSTOP; }

// glibc's sigaction() refuses it.
constexpr int kCancellation = 32;

// Never blocked: our own faults would kill without a word, and stops would not arrive.
constexpr std::uint64_t kNeverBlocked = kFaultSignals | signal_bit(kStopSignal);

// glibc handles kStopSignal itself from the first thread on that is made (late_init in
// nptl/pthread_create.c). That one is to be over before ours is there, and takes no signal of the program's.
void make_first_thread() {
    std::uint64_t before = 0;
    ::syscall(SYS_rt_sigprocmask, SIG_BLOCK, nullptr, &before, sizeof before);
    change_signal_mask(~kNeverBlocked);
    try {
        std::thread([] {}).join();
    } catch (const std::system_error&) {  // whoever wants a thread will be told
    }
    change_signal_mask(before);
}

void set_disposition(int signal, void (*disposition)(int)) {
    if (signal == kCancellation) {
        set_reserved_signal(signal, disposition);
    } else {
        ::signal(signal, disposition);
    }
}

}  // namespace

bool raised_by_instructions(int signal) { return (kFaultSignals & signal_bit(signal)) != 0; }

void die_of(int signal) {
    const rlimit no_core{};  // it would be one of vm
    ::setrlimit(RLIMIT_CORE, &no_core);
    set_disposition(signal, SIG_DFL);
    ::syscall(SYS_tgkill, ::getpid(), ::gettid(), signal);
    change_signal_mask(0);
    ::_exit(128 + signal);
}

std::uint64_t host_set(std::uint64_t set) { return set & ~signal_bit(kStopSignal); }

HostSignals::Dispositions::Dispositions(const Dispositions& other)
    : inherited_mask(other.inherited_mask),
      changed(other.changed),
      take_fatal(other.take_fatal),
      answer_faults(other.answer_faults),
      fatal_wanted(other.fatal_wanted),
      fatal(other.fatal.load(std::memory_order_relaxed)),
      old(other.old) {}

HostSignals::HostSignals(Notify notify, void* context, std::shared_ptr<Dispositions> dispositions, bool first)
    : notify_(notify),
      context_(context),
      dispositions_(std::move(dispositions)),
      first_(first),
      thread_(::gettid()) {
    current = this;
}

Result<std::unique_ptr<HostSignals>> HostSignals::attach(Notify notify, void* context) {
    if (attached.exchange(true)) {
        return fail("another guest program of this process already receives its signals");
    }
    auto dispositions = std::make_shared<Dispositions>();
    ::syscall(SYS_rt_sigprocmask, SIG_BLOCK, nullptr, &dispositions->inherited_mask, sizeof(std::uint64_t));
    return std::unique_ptr<HostSignals>(new HostSignals(notify, context, std::move(dispositions), true));
}

std::unique_ptr<HostSignals> HostSignals::attach_thread(Notify notify, void* context) const {
    change_signal_mask(~kNeverBlocked);
    return std::unique_ptr<HostSignals>(new HostSignals(notify, context, dispositions_, false));
}

HostSignals::~HostSignals() {
    if (not first_) {
        change_signal_mask(~kNeverBlocked);
        current = nullptr;
        return;
    }
    restore_dispositions();
    change_signal_mask(inherited_mask());
    current = nullptr;
    attached.store(false);
}

void HostSignals::restore_dispositions() const {
    for (int signal = 1; signal <= kSignalCount; ++signal) {
        if ((dispositions_->changed & signal_bit(signal)) == 0) {
            continue;
        }
        if (signal == kCancellation or signal == kStopSignal) {
            set_reserved_signal(signal, SIG_DFL);
        } else {
            ::sigaction(signal, &dispositions_->old[static_cast<std::size_t>(signal)], nullptr);
        }
    }
}

bool HostSignals::inherited_ignored(int signal) const {
    struct sigaction action {};
    return usable(signal) and ::sigaction(signal, nullptr, &action) == 0 and action.sa_handler == SIG_IGN;
}

// Keeps the disposition from before the first change.
void HostSignals::remember(int signal) {
    if ((dispositions_->changed & signal_bit(signal)) == 0) {
        ::sigaction(signal, nullptr, &dispositions_->old[static_cast<std::size_t>(signal)]);
        dispositions_->changed |= signal_bit(signal);
    }
}

void HostSignals::forward(int signal) {
    if (usable(signal)) {
        dispositions_->fatal.fetch_and(~signal_bit(signal), std::memory_order_relaxed);
        install_handler(signal);
    }
}

void HostSignals::install_handler(int signal) {
    remember(signal);
    if (signal == kCancellation) {
        return handle_reserved_signal(signal, on_signal);
    }
    struct sigaction action {};
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO;
    std::memset(&action.sa_mask, 0xff, sizeof action.sa_mask);  // sigfillset() leaves 32 and 33 out
    ::sigaction(signal, &action, nullptr);
}

void HostSignals::ignore(int signal) {
    // A fault of our own must never be ignored, and the guest's own faults do not come from the host.
    if (usable(signal) and not raised_by_instructions(signal)) {
        dispositions_->fatal.fetch_and(~signal_bit(signal), std::memory_order_relaxed);
        remember(signal);
        set_disposition(signal, SIG_IGN);
    }
}

void HostSignals::default_action(int signal) {
    if (not usable(signal)) {
        return;
    }
    const bool watched = dispositions_->answer_faults and (signal == SIGSEGV or signal == SIGBUS);
    if (watched or (dispositions_->take_fatal and fatal_by_default(signal))) {
        dispositions_->fatal.fetch_or(signal_bit(signal), std::memory_order_relaxed);
        install_handler(signal);
    } else {
        remember(signal);
        set_disposition(signal, SIG_DFL);
    }
}

void HostSignals::take_fatal(std::function<bool()> wanted) {
    dispositions_->fatal_wanted = std::move(wanted);
    if (std::exchange(dispositions_->take_fatal, true)) {
        return;
    }
    for (int signal = 1; signal <= kSignalCount; ++signal) {
        struct sigaction action {};
        if (::sigaction(signal, nullptr, &action) == 0 and action.sa_handler == SIG_DFL) {
            default_action(signal);
        }
    }
}

void HostSignals::answer_faults() {
    dispositions_->answer_faults = true;
    for (const int signal : {SIGSEGV, SIGBUS}) {
        // One that is ignored comes to us all the same, and the program ignores it.
        inherited_ignored(signal) ? forward(signal) : default_action(signal);
    }
}

void HostSignals::share(engine::Handshake::Member& member) {
    member_ = &member;
    if (first_) {
        make_first_thread();
    }
    handle_reserved_signal(kStopSignal, on_signal);
    if (first_) {
        dispositions_->changed |= signal_bit(kStopSignal);
    }
}

void HostSignals::stop() const {
    ::syscall(SYS_tgkill, ::getpid(), thread_.load(std::memory_order_relaxed), kStopSignal);
}

// A signal that comes just now replaces the stop, and stays.
void HostSignals::forget_stop() {
    int expected = kStopSignal;
    pending_.compare_exchange_strong(expected, 0, std::memory_order_relaxed);
}

void HostSignals::forget_arrived() {
    int arrived = pending_.load(std::memory_order_relaxed);
    while (arrived != kStopSignal and
           not pending_.compare_exchange_weak(arrived, 0, std::memory_order_relaxed)) {
    }
}

HostSignals::Lending::Lending(HostSignals& signals)
    : signals_(signals),
      own_(std::exchange(signals.dispositions_, std::make_shared<Dispositions>(*signals.dispositions_))) {}

HostSignals::Lending::~Lending() {
    signals_.dispositions_ = own_;
    signals_.adopt();
    signals_.forget_arrived();
}

// A signal that only a debugger would want to see, who is not there: the host carries the default action out
// when the handler returns.
bool HostSignals::leave_to_host(int signal) {
    const Dispositions& all = *dispositions_;
    const bool fatal = (all.fatal.load(std::memory_order_relaxed) & signal_bit(signal)) != 0;
    if (not fatal or (all.fatal_wanted and all.fatal_wanted())) {
        return false;
    }
    set_disposition(signal, SIG_DFL);
    ::syscall(SYS_tgkill, ::getpid(), ::gettid(), signal);
    return true;
}

void HostSignals::on_signal(int signal, siginfo_t* info, void* context) {
    auto& interrupted = *static_cast<ucontext_t*>(context);
    if (raised_by_instructions(signal) and info->si_code > 0) {
        if (jit::FaultWatch::answer(context, reinterpret_cast<std::uint64_t>(info->si_addr))) {
            return;
        }
        // Our own fault, not something another process sent: die of it when the instruction runs again.
        ::signal(signal, SIG_DFL);
        return;
    }
    HostSignals* const self = current;
    if (self == nullptr or self->leave_to_host(signal)) {
        return;
    }
    if (signal == kStopSignal) {
        int nothing = 0;
        self->pending_.compare_exchange_strong(nothing, signal, std::memory_order_relaxed);
    } else {
        self->info_ = *info;
        self->pending_.store(signal, std::memory_order_relaxed);
        // The mask in force after this handler. The kernel's is 8 bytes long, glibc's type is longer than
        // what is there.
        const std::uint64_t everything = ~kNeverBlocked;
        std::memcpy(&interrupted.uc_sigmask, &everything, sizeof everything);
    }
    rewind_interruptible_syscall(interrupted);
    self->notify_(self->context_);
}

siginfo_t HostSignals::take() {
    const siginfo_t info = info_;
    pending_.store(0, std::memory_order_relaxed);
    return info;
}

bool HostSignals::hold() {
    change_signal_mask(~kNeverBlocked);
    return pending() == 0;
}

void HostSignals::set_mask(std::uint64_t mask) {
    // With a signal on its way everything stays blocked until it is taken.
    if (pending() == 0) {
        change_signal_mask(mask & ~kNeverBlocked);
    }
}

SysValue HostSignals::finish(long number, const std::uint64_t (&words)[6]) {
    if (member_ != nullptr) {
        member_->leave();
    }
    const SysValue result = interruptible_syscall(&pending_, number, words);
    if (member_ != nullptr) {
        member_->enter();
    }
    return result == -EINTR and pending() != 0 ? kRestart : result;
}

}  // namespace vm::user
