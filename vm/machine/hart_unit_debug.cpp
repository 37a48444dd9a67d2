#include <csignal>
#include <utility>

#include "vm/debug/breakpoints.h"
#include "vm/guest/riscv/trap_cause.h"
#include "vm/machine/hart_unit.h"

// What a hart does for a debugger: standing, stepping, and stopping where it wants to look.
namespace vm::machine {
namespace {

using engine::ExitReason;

}  // namespace

// A start that is pending is carried out, so that the debugger finds the hart at its first instruction.
void HartUnit::obey(debug::ThreadControl& control) {
    interpreter_.set_native(nullptr, 0);  // which is all that knows breakpoints
    control_ = &control;
    place_ = &control.join(thread_of(number_));
    std::optional<HartEntry> entry;
    {
        const std::lock_guard lock(mutex_);
        entry = std::exchange(start_, std::nullopt);
    }
    if (entry) {
        begin(*entry);
    }
}

// A hart that is held is away, so that nobody waits for it.
void HartUnit::stand() {
    member_.leave();
    stepping_ = control_->hold(*place_, machine_.ended).kind == debug::ThreadAction::Kind::step;
    member_.enter();
    if (machine_.ended()) {
        return;  // perhaps while the debugger is at work
    }
    last_trap_.reset();
    follow_breakpoints();
    if (shown_ebreak_ != hart_.pc) {
        shown_ebreak_.reset();
    }
}

void HartUnit::follow_breakpoints() {
    if (std::exchange(breakpoints_version_, control_->version()) == control_->version()) {
        return;
    }
    interpreter_.set_breakpoints(debug::code_addresses(control_->breakpoints()));
    memory_.set_watchpoints(debug::watchpoints_of<guest::riscv::Watchpoint>(control_->breakpoints()));
}

// One instruction or trap. Interrupts wait, and a wait for them does not: time goes on while a debugger
// looks, and each step would end in the timer's handler.
void HartUnit::step() {
    machine_.keep_time(number_);
    const std::uint64_t before = hart_.csrs.instret;
    const engine::Exit exit = interpreter_.run(1);
    if (stops(exit)) {
        return;
    }
    hart_.csrs.waiting = false;
    if (exit.reason == ExitReason::trap) {
        follow_trap(exit.trap);
    } else if (hart_.csrs.instret == before) {
        return;  // attention was asked for first
    }
    step_done();
}

// Whether the debugger has taken care of how a run ended.
bool HartUnit::stops(const engine::Exit& exit) {
    if (exit.reason == ExitReason::trap) {
        if (const auto hit = memory_.take_watch_hit()) {
            make_watched_access(*hit);
            return true;
        }
        return stops_at_ebreak(exit.trap);
    }
    if (exit.reason != ExitReason::pending or hart_.csrs.waiting) {
        return false;
    }
    const auto reason = control_->break_at(hart_.pc);
    if (reason) {
        tell(debug::breakpoint_stop(thread_of(number_), *reason));
    }
    return reason.has_value();
}

// While nobody is connected an ebreak is the guest's own business, and so is one that was shown.
bool HartUnit::stops_at_ebreak(const engine::Trap& trap) {
    if (trap.cause != guest::riscv::cause::kBreakpoint or not control_->connected()) {
        return false;
    }
    if (std::exchange(shown_ebreak_, std::nullopt) == hart_.pc) {
        return false;
    }
    if (tell(debug::signal_stop(thread_of(number_), SIGTRAP))) {
        shown_ebreak_ = hart_.pc;
    }
    return true;
}

// The access was refused. It is made now, alone, unless another hart stops the machine: then it is refused
// again when the hart goes on, and nothing is missed. The stop comes first: it is not reported before this
// hart stands. An access that traps after all is told of as well; the debugger finds the data unchanged.
void HartUnit::make_watched_access(const guest::riscv::WatchHit& hit) {
    if (not tell(debug::watch_stop(thread_of(number_), debug::kind_of(hit.watchpoint), hit.address))) {
        return;
    }
    const std::uint64_t before = hart_.csrs.instret;
    engine::Exit exit{};
    memory_.pass_watched();
    do {  // attention may be asked for first
        exit = interpreter_.run(1);
    } while (exit.reason == ExitReason::pending and hart_.csrs.instret == before);
    memory_.refuse_watched();
    if (exit.reason == ExitReason::trap) {
        follow_trap(exit.trap);
    }
}

bool HartUnit::tell(const debug::Stop& stop) {
    const bool first = control_->stop(stop);
    machine_.look_again();
    return first;
}

void HartUnit::step_done() {
    if (stepping_) {
        tell(debug::signal_stop(thread_of(number_), SIGTRAP));
    }
}

}  // namespace vm::machine
