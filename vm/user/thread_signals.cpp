#include <cerrno>
#include <sys/syscall.h>
#include <utility>

#include <signal.h>
#include <unistd.h>

#include "vm/guest/riscv/trap_cause.h"
#include "vm/user/map_change.h"
#include "vm/user/signal_frame.h"
#include "vm/user/thread.h"

// How signals reach a thread: those of the host, and the faults of its own instructions.
namespace vm::user {
namespace {

namespace cause = guest::riscv::cause;

siginfo_t fault_info(int signal, int code, std::uint64_t address) {
    siginfo_t info{};
    info.si_signo = signal;
    info.si_code = code;
    info.si_addr = reinterpret_cast<void*>(address);  // a guest address, never followed here
    return info;
}

// The permission that an access lacked, 0 for other traps.
std::uint8_t missing_permission(std::uint64_t number) {
    switch (number) {
        case cause::kFetchPage:
            return mem::page::kExecute;
        case cause::kLoadPage:
            return mem::page::kRead;
        case cause::kStorePage:
            return mem::page::kWrite;
        default:
            return 0;
    }
}

}  // namespace

siginfo_t signal_for(const engine::Trap& trap, std::uint64_t pc, const AddressSpace& memory) {
    if (missing_permission(trap.cause) != 0) {
        return fault_info(SIGSEGV, memory.mapped(trap.value) ? SEGV_ACCERR : SEGV_MAPERR, trap.value);
    }
    switch (trap.cause) {
        case cause::kBreakpoint:
            return fault_info(SIGTRAP, TRAP_BRKPT, pc);
        case cause::kFetchMisaligned:
        case cause::kLoadMisaligned:
        case cause::kStoreMisaligned:
            return fault_info(SIGBUS, BUS_ADRALN, pc);
        case cause::kFetchAccess:
        case cause::kLoadAccess:
        case cause::kStoreAccess:
            return fault_info(SIGSEGV, SEGV_ACCERR, pc);
        default:
            return fault_info(SIGILL, ILL_ILLOPC, pc);
    }
}

// The host blocks all others for the thread until set_mask().
void Thread::take_signal() {
    if (not shows_signals()) {
        return deliver(host_signals_->take(), std::nullopt);
    }
    if (show(host_signals_->info(), std::nullopt)) {
        static_cast<void>(host_signals_->take());
    }
}

void Thread::raise_fault(const engine::Trap& trap) {
    if (not host_signals_->hold()) {
        return;  // deliver that signal first; the instruction faults again afterwards
    }
    const auto info = fault_signal(trap);
    if (not info) {
        return host_signals_->set_mask(kernel_->signals.mask);
    }
    if (not shows_signals()) {
        return force(*info, trap);
    }
    // Where another stop comes first, the instruction faults again when the thread goes on.
    if (not show(*info, trap)) {
        host_signals_->set_mask(kernel_->signals.mask);
    }
}

// The kernel does not let a program go on past its own fault, blocked or ignored (force_sig_info).
void Thread::force(const siginfo_t& info, const engine::Trap& trap) {
    const abi::SignalAction action = kernel_->actions->at(info.si_signo);
    const bool handled = action.handler != abi::kSignalDefault and action.handler != abi::kSignalIgnore;
    const bool blocked = (kernel_->signals.mask & signal_bit(info.si_signo)) != 0;
    if (not handled or blocked) {
        return kill(info.si_signo, trap);
    }
    deliver(info, trap);
}

// Nothing where another thread was about to map something else there, and now has: the instruction runs
// again. The kernel's faults wait for such changes, too (mmap_lock).
std::optional<siginfo_t> Thread::fault_signal(const engine::Trap& trap) {
    const MapChange no_change(*kernel_);
    const std::uint8_t missing = missing_permission(trap.cause);
    if (program_.state.several and missing != 0 and trap.value < kAddressSpaceSize and
        (memory_.ram().permissions_at(mem::PhysAddr{trap.value}) & missing) != 0) {
        return std::nullopt;
    }
    return signal_for(trap, hart_.pc, memory_);
}

// Host signals are blocked here, all of them, until the mask of the handler is set.
void Thread::deliver(const siginfo_t& info, const std::optional<engine::Trap>& trap) {
    const int signal = info.si_signo;
    const abi::SignalAction action =
        kernel_->actions->take(signal, [&] { host_signals_->default_action(signal); });
    if (action.handler == abi::kSignalDefault) {
        return do_default(signal, trap);
    }
    if (action.handler != abi::kSignalIgnore) {
        end_interrupted_call(action);
        if (not enter_handler(memory_, hart_, kernel_->signals, action, info)) {
            return kill(SIGSEGV, trap);
        }
    }
    host_signals_->set_mask(kernel_->signals.mask);
}

// Only a handler may keep an interrupted call from being made again (handle_signal in
// arch/riscv/kernel/signal.c): the program knows of nothing else that happened.
void Thread::end_interrupted_call(const abi::SignalAction& action) {
    const auto call = std::exchange(interrupted_, std::nullopt);
    const bool again =
        not call or call->pc != hart_.pc or (call->result == kRestart and (action.flags & SA_RESTART) != 0);
    if (not again) {
        complete_call(-EINTR);
        static_cast<void>(program_.budget.take(1));
    }
}

// Another thread restored the default action when the host had already let the signal through to the one it
// had before. What is not ours to do the host does, when it gets the signal again.
void Thread::do_default(int signal, const std::optional<engine::Trap>& trap) {
    if (trap or fatal_by_default(signal)) {
        return kill(signal, trap);
    }
    host_signals_->set_mask(kernel_->signals.mask);
    if (default_action(signal) != DefaultAction::ignore) {
        ::syscall(SYS_tgkill, ::getpid(), ::gettid(), signal);
    }
}

void Thread::kill(int signal, const std::optional<engine::Trap>& trap) {
    kernel_->outcome = Outcome{Outcome::Kind::killed, signal, trap};
}

}  // namespace vm::user
