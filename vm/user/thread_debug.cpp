#include <csignal>
#include <utility>

#include <unistd.h>

#include "vm/debug/breakpoints.h"
#include "vm/user/syscall_table.h"
#include "vm/user/thread.h"

// What a thread does for a debugger: standing, stepping, and stopping where it wants to look.
namespace vm::user {
namespace {

using engine::ExitReason;
using guest::riscv::UserMemory;
using Kind = debug::ThreadAction::Kind;

constexpr std::size_t kA7 = 17;

debug::ThreadId id_of(int number) { return debug::ThreadId{static_cast<std::uint32_t>(number)}; }

// As kill() by the debugger would send it.
siginfo_t sent_by_debugger(int signal) {
    siginfo_t info{};
    info.si_signo = signal;
    info.si_code = SI_USER;
    info.si_pid = ::getpid();
    info.si_uid = ::getuid();
    return info;
}

}  // namespace

void Thread::obey() {
    debugged_.place = &program_.control->join(id_of(number_));
    compile_hot_code();  // no more
}

void Thread::disobey() {
    debugged_ = {};
    interpreter_.set_breakpoints({});
    user_memory_.set_watchpoints({});
}

const char* Thread::waits_in() const {
    const bool waits = interrupted_ and interrupted_->pc == hart_.pc;
    const Syscall* const call = waits ? find_syscall(hart_.x[kA7]) : nullptr;
    return call != nullptr ? call->name : nullptr;
}

// A thread that is held is away, so that nobody waits for it. What was to bring it here is forgotten before
// it looks again whether it is called.
void Thread::stand() {
    const auto ended = [this] { return program_.stop.load(std::memory_order_acquire); };
    member_.leave();
    const debug::ThreadOrder order = program_.control->hold(*debugged_.place, ended);
    member_.enter();
    host_signals_->forget_stop();
    if (ended()) {
        return;  // perhaps while the debugger is at work
    }
    debugged_.steps = order.kind == Kind::step;
    follow_breakpoints();
    answer(order.signal);
}

void Thread::follow_breakpoints() {
    const auto& control = *program_.control;
    if (std::exchange(debugged_.breakpoints, control.version()) == control.version()) {
        return;
    }
    interpreter_.set_breakpoints(debug::code_addresses(control.breakpoints()));
    user_memory_.set_watchpoints(debug::watchpoints_of<guest::riscv::Watchpoint>(control.breakpoints()));
}

// Delivers what the debugger says, in place of what it was shown. One that has come from the host meanwhile
// waits. A step ends at the first instruction of the handler.
void Thread::answer(const std::optional<int>& signal) {
    const auto shown = std::exchange(debugged_.shown, std::nullopt);
    const int wanted = signal.value_or(shown ? shown->info.si_signo : 0);
    if (wanted == 0) {
        return host_signals_->set_mask(kernel_->signals.mask);
    }
    const std::uint64_t pc = hart_.pc;
    static_cast<void>(host_signals_->hold());
    if (not shown or shown->info.si_signo != wanted) {
        deliver(sent_by_debugger(wanted), std::nullopt);
    } else if (shown->trap) {
        force(shown->info, *shown->trap);
    } else {
        deliver(shown->info, std::nullopt);
    }
    if (debugged_.steps and hart_.pc != pc) {
        step_done();
    }
}

// While nobody is connected they are the program's own business.
bool Thread::shows_signals() const { return debugged_.place != nullptr and program_.control->connected(); }

// False: another stop came first.
bool Thread::show(const siginfo_t& info, const std::optional<engine::Trap>& trap) {
    if (not tell(debug::signal_stop(id_of(number_), info.si_signo))) {
        return false;
    }
    debugged_.shown = ShownSignal{info, trap};
    return true;
}

// Whether the debugger has taken care of how a run ended.
bool Thread::stops(const engine::Exit& exit) {
    if (exit.reason == ExitReason::trap) {
        const auto hit = user_memory_.take_watch_hit();
        if (hit) {
            make_watched_access(*hit);
        }
        return hit.has_value();
    }
    if (exit.reason != ExitReason::pending) {
        return false;
    }
    const auto reason = program_.control->break_at(hart_.pc);
    if (reason) {
        tell(debug::breakpoint_stop(id_of(number_), *reason));
    }
    return reason.has_value();
}

// The access was refused. It is made now, alone, unless another thread stops the program: then it is refused
// again when this one goes on, and nothing is missed. The stop comes first: it is not reported before this
// thread stands. An access that faults after all, because what is mapped has changed, is told of as well; the
// debugger finds the data unchanged.
void Thread::make_watched_access(const guest::riscv::WatchHit& hit) {
    if (not tell(debug::watch_stop(id_of(number_), debug::kind_of(hit.watchpoint), hit.address))) {
        return;
    }
    const std::uint64_t before = hart_.csrs.instret;
    engine::Exit exit{};
    const auto to_be_made_again = [&] {
        return exit.reason == ExitReason::trap ? exit.trap.cause == UserMemory::kFetchAgain
                                               : hart_.csrs.instret == before;
    };
    user_memory_.pass_watched();
    do {  // attention may be asked for first
        exit = run_engine(*options_, 1);
    } while (to_be_made_again());
    user_memory_.refuse_watched();
}

bool Thread::tell(const debug::Stop& stop) {
    const bool first = program_.control->stop(stop);
    if (first) {
        program_.call_others(*this);
    }
    return first;
}

void Thread::step_done() { tell(debug::signal_stop(id_of(number_), SIGTRAP)); }

void Thread::remember_debugger(const Debugged& debugged) {
    debugged_ = debugged;
    debugged_.breakpoints = 0;
    if (debugged_.place != nullptr) {
        follow_breakpoints();
    }
}

void Thread::leave_debugger() {
    if (auto* const place = std::exchange(debugged_.place, nullptr)) {
        program_.control->leave(*place);
    }
}

}  // namespace vm::user
