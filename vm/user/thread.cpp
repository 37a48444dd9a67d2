#include "vm/user/thread.h"

#include <algorithm>
#include <sys/syscall.h>
#include <utility>

#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include "vm/guest/riscv/trace.h"
#include "vm/guest/riscv/trap_cause.h"
#include "vm/native/audit.h"
#include "vm/user/away_lock.h"
#include "vm/user/map_change.h"
#include "vm/user/robust_list.h"
#include "vm/user/signal_frame.h"
#include "vm/user/strace.h"
#include "vm/user/syscall_table.h"
#include "vm/user/syscalls.h"

namespace vm::user {
namespace {

namespace cause = guest::riscv::cause;
using engine::ExitReason;
using guest::riscv::UserMemory;

constexpr std::size_t kSp = 2, kTp = 4, kA0 = 10, kA7 = 17;

// What one of several threads takes of the budget at once: the others are not without for long, and the
// counter that they share is seldom touched.
constexpr std::uint64_t kSlice = 1 << 18;

constexpr int kDifferenceCode = 123;  // vm's own exit code

// The time CSR: 10 MHz, the timebase of common boards.
std::uint64_t ticks() {
    struct timespec now {};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 10'000'000 +
           static_cast<std::uint64_t>(now.tv_nsec) / 100;
}

}  // namespace

Thread::Thread(Program& program)
    : program_(program),
      memory_(program.state.memory),
      hart_(guest::riscv::CsrFile(guest::riscv::HartKind::user_program, 0, ticks)),
      user_memory_(memory_.ram()),
      interpreter_(hart_, user_memory_),
      member_(program.handshake, [this] { called(); }) {}

// The parent's pc is still that of its ecall. What it has reserved or is to be told stays its own.
Thread::Thread(Program& program, const Thread& parent, const NewThread& wanted) : Thread(program) {
    hart_.x = parent.hart_.x;
    hart_.f = parent.hart_.f;
    hart_.csrs.fflags = parent.hart_.csrs.fflags;
    hart_.csrs.frm = parent.hart_.csrs.frm;
    hart_.pc = parent.hart_.pc + 4;
    hart_.x[kA0] = 0;
    hart_.x[kSp] = wanted.stack != 0 ? wanted.stack : hart_.x[kSp];
    hart_.x[kTp] = wanted.tls.value_or(hart_.x[kTp]);
    first_mask_ = parent.kernel_->signals.mask;
    clear_child_tid_ = wanted.clear_child_tid;
}

void Thread::compile_hot_code() {
    interpreter_.set_native(nullptr, 0);
    counts_before_ = compiler_counts();
    auditor_.reset();
    native_.reset();
    // Watchpoints are seen by the interpreter alone.
    if (program_.code != nullptr and program_.control == nullptr) {
        native_ = native::compile_hot_code(interpreter_, program_.code, program_.native->threshold);
        if (program_.native->audit != nullptr and not program_.state.several and
            not program_.state.lends_memory) {
            auditor_ = native::audited(hart_, user_memory_, *native_, *program_.native->audit);
            interpreter_.set_native(auditor_.get(), program_.native->threshold);
        }
    }
}

// Others write the memory from now on, at any time.
void Thread::end_audit(const char* reason) {
    if (auditor_ != nullptr) {
        interpreter_.set_native(native_.get(), program_.native->threshold);
        auditor_.reset();
        say(*kernel_, fmt::format("the program {}, and from here on it is not audited", reason));
    }
}

Result<void> Thread::attach() {
    auto signals = HostSignals::attach([](void* self) { static_cast<Thread*>(self)->called(); }, this);
    if (not signals) {
        return tl::unexpected(signals.error());
    }
    first_mask_ = (*signals)->inherited_mask();
    attach(std::move(*signals));
    return {};
}

void Thread::attach(const Thread& beside) {
    attach(
        beside.host_signals_->attach_thread([](void* self) { static_cast<Thread*>(self)->called(); }, this));
    share();
    compile_hot_code();
}

void Thread::attach(std::unique_ptr<HostSignals> signals) {
    host_signals_ = std::move(signals);
    kernel_.reset(new Kernel{.process = program_.state,
                             .memory = memory_,
                             .hart = hart_,
                             .host_signals = *host_signals_,
                             .signals = {.mask = first_mask_},
                             .clear_child_tid = clear_child_tid_});
    kernel_->start_thread = [this](const NewThread& wanted) { return program_.start_thread(*this, wanted); };
    kernel_->start_process = [this](const NewThread& wanted, Kernel::Memory memory) {
        return start_process(wanted, memory);
    };
    kernel_->memory_is_lent = [this] { end_audit("shares memory with other processes"); };
    kernel_->instructions_left = [this] { return instructions_left(); };
    number_ = ::gettid();
}

std::optional<std::uint64_t> Thread::instructions_left() const {
    const bool limited =
        options_ != nullptr and options_->max_instructions != std::numeric_limits<std::uint64_t>::max();
    return limited ? std::optional(program_.budget.left()) : std::nullopt;
}

void Thread::detach() {
    kernel_.reset();
    host_signals_.reset();
}

void Thread::share() {
    if (kernel_->member != nullptr) {
        return;
    }
    end_audit("has a second thread");
    kernel_->member = &member_;
    kernel_->others_let_go = [this] { ask_others(); };
    host_signals_->share(member_);
    user_memory_.share_code(program_.marking, kernel_->others_let_go);
}

// One thread at a time, so that nobody waits for answers while the process forks: the child has neither whom
// they would come from nor who waits.
void Thread::ask_others() {
    const auto alone = lock_away(program_.asking, &member_);
    program_.handshake.ask_others(member_, [](engine::Handshake::Member&) {});
}

void Thread::abandon_locks() {
    member_.enter();
    release_robust_list(*kernel_);
    member_.leave();
}

// Also by the signal handler.
void Thread::called() {
    called_.store(true, std::memory_order_release);
    interpreter_.request_attention();
}

void Thread::stop() {
    called();
    host_signals_->stop();
}

void Thread::run(const RunOptions& options) {
    options_ = &options;
    member_.enter();
    host_signals_->forget_stop();
    host_signals_->set_mask(kernel_->signals.mask);
    bool spent = false;
    while (not spent and not program_.stop.load(std::memory_order_acquire) and not kernel_->outcome and
           not kernel_->thread_exit) {
        spent = not turn(options);
    }
    member_.leave();
    if (kernel_->thread_exit) {
        leave_debugger();
    }
    if (spent) {
        program_.spent();
    }
}

// False: nothing is left of the budget.
bool Thread::turn(const RunOptions& options) {
    if (called_.exchange(false, std::memory_order_acquire)) {
        member_.poll();
    }
    if (held()) {
        stand();
    } else if (host_signals_->stopped()) {  // one for a stop that is over
        host_signals_->forget_stop();
        host_signals_->set_mask(kernel_->signals.mask);
    } else if (host_signals_->pending() != 0) {
        take_signal();
    } else {
        return advance(options);
    }
    return true;
}

// Runs for a while. False: nothing is left of the budget. What a system call does not need of it is given
// back before that call, which may take long.
bool Thread::advance(const RunOptions& options) {
    const std::uint64_t all = program_.state.several ? kSlice : std::numeric_limits<std::uint64_t>::max();
    const std::uint64_t taken = program_.budget.take(options.trace or debugged_.steps ? 1 : all);
    if (taken == 0) {
        return false;
    }
    interrupted_.reset();  // such a call is made again
    const std::uint64_t pc = hart_.pc;
    const std::uint64_t before = hart_.csrs.instret;
    const engine::Exit exit = run_engine(options, taken);
    const bool stopped = debugged_.place != nullptr and stops(exit);
    const std::uint64_t unused = taken - (hart_.csrs.instret - before);
    const bool trapped = exit.reason == ExitReason::trap and not stopped;
    const std::uint64_t kept = trapped ? std::min<std::uint64_t>(unused, 1) : 0;
    program_.budget.give_back(unused - kept);
    if (trapped) {
        const std::uint64_t retired = hart_.csrs.instret;
        handle(exit.trap, options);
        program_.budget.give_back(hart_.csrs.instret == retired ? kept : 0);
    }
    if (debugged_.steps and not stopped and (hart_.pc != pc or hart_.csrs.instret != before)) {
        step_done();
    }
    return true;
}

engine::Exit Thread::run_engine(const RunOptions& options, std::uint64_t budget) {
    return options.trace ? run_traced(options) : interpreter_.run(budget);
}

engine::Exit Thread::run_traced(const RunOptions& options) {
    const std::uint64_t pc = hart_.pc;
    // Two reads, because the second half may lie in a page that is not there.
    const std::uint32_t low = memory_.get<std::uint16_t>(pc).value_or(0);
    const std::uint32_t high = (low & 3) == 3 ? memory_.get<std::uint16_t>(pc + 2).value_or(0) : 0;
    const auto before = guest::riscv::trace_registers(hart_);
    const engine::Exit exit = interpreter_.run(1);
    const bool trapped = exit.reason == ExitReason::trap;
    const bool refused =
        trapped and (exit.trap.cause == UserMemory::kFetchAgain or exit.trap.cause == UserMemory::kWatched);
    if (exit.reason == ExitReason::pending or refused) {
        return exit;
    }
    const std::lock_guard lock(program_.tracing);
    if (trapped and exit.trap.cause != cause::kEcallFromU) {
        options.trace(label() + guest::riscv::trap_line(pc, exit.trap));
    } else {
        options.trace(label() + guest::riscv::trace_line(pc, high << 16 | low, before, hart_));
    }
    return exit;
}

// Says whose a line is, once there is a choice.
std::string Thread::label() const {
    return program_.state.several ? fmt::format("[{}] ", number()) : std::string();
}

void Thread::handle(const engine::Trap& trap, const RunOptions& options) {
    if (trap.cause == native::kDifference) {
        kernel_->outcome = Outcome{Outcome::Kind::engines_differ, kDifferenceCode};
        return;
    }
    // A signal that came before this instruction is handled before it; the instruction runs again afterwards.
    if (host_signals_->pending() != 0 or trap.cause == UserMemory::kFetchAgain) {
        return;
    }
    if (trap.cause == cause::kEcallFromU) {
        system_call(options);
    } else {
        raise_fault(trap);
    }
}

void Thread::system_call(const RunOptions& options) {
    SysArgs arguments;
    std::copy_n(hart_.x.begin() + kA0, arguments.size(), arguments.begin());
    const std::uint64_t number = hart_.x[kA7];
    // Exits and sigreturn do not come back here with a result, but their line is wanted all the same.
    const std::string call =
        options.strace ? label() + describe_call(memory_, number, arguments) : std::string();
    const SysValue result = dispatch(*kernel_, number, arguments);
    if (options.strace) {
        say(*kernel_, call + describe_result(result));
    }
    if (result == kNoResult) {
        ++hart_.csrs.instret;
        return;
    }
    if (result == kRestart or result == kRestartNever) {
        interrupted_ = Interrupted{result, hart_.pc};
    } else if (result != kRestartAlways) {
        complete_call(result);
    }
}

// Until then the pc is that of the ecall, and a0 its argument.
void Thread::complete_call(SysValue result) {
    hart_.x[kA0] = static_cast<std::uint64_t>(result);
    hart_.pc += 4;
    ++hart_.csrs.instret;
}

}  // namespace vm::user
