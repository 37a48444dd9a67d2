#include "vm/user/process.h"

#include <algorithm>
#include <sys/resource.h>
#include <utility>

#include <stdlib.h>
#include <time.h>

#include "vm/base/check.h"
#include "vm/guest/riscv/trace.h"
#include "vm/guest/riscv/trap_cause.h"
#include "vm/user/initial_stack.h"
#include "vm/user/loader.h"
#include "vm/user/signal_frame.h"
#include "vm/user/strace.h"
#include "vm/user/syscall_table.h"
#include "vm/user/syscalls.h"

namespace vm::user {
namespace {

namespace cause = guest::riscv::cause;
using engine::ExitReason;

constexpr std::size_t kSp = 2, kA0 = 10, kA7 = 17;

// The time CSR: 10 MHz, the timebase of common boards.
std::uint64_t ticks() {
    struct timespec now {};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 10'000'000 +
           static_cast<std::uint64_t>(now.tv_nsec) / 100;
}

std::string absolute_path(const std::string& path) {
    const std::unique_ptr<char, decltype(&::free)> resolved(::realpath(path.c_str(), nullptr), &::free);
    return resolved ? resolved.get() : path;
}

siginfo_t fault_info(int signal, int code, std::uint64_t address) {
    siginfo_t info{};
    info.si_signo = signal;
    info.si_code = code;
    info.si_addr = reinterpret_cast<void*>(address);  // a guest address, never followed here
    return info;
}

bool page_fault(std::uint64_t number) {
    return number == cause::kFetchPage or number == cause::kLoadPage or number == cause::kStorePage;
}

}  // namespace

siginfo_t signal_for(const engine::Trap& trap, std::uint64_t pc, const AddressSpace& memory) {
    if (page_fault(trap.cause)) {
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

Process::Process(AddressSpace memory)
    : memory_(std::move(memory)),
      hart_(guest::riscv::CsrFile(guest::riscv::HartKind::user_program, 0, ticks)),
      user_memory_(memory_.ram()),
      interpreter_(hart_, user_memory_) {}

Result<std::unique_ptr<Process>> Process::start(const ProcessOptions& options) {
    auto memory = AddressSpace::create();
    if (not memory) {
        return tl::unexpected(memory.error());
    }
    std::unique_ptr<Process> process(new Process(std::move(*memory)));
    if (auto loaded = process->load(options); not loaded) {
        return tl::unexpected(loaded.error());
    }
    const auto notify = [](void* self) { static_cast<Process*>(self)->interpreter_.request_attention(); };
    auto signals = HostSignals::attach(notify, process.get());
    if (not signals) {
        return tl::unexpected(signals.error());
    }
    process->host_signals_ = std::move(*signals);
    process->kernel_.reset(new Kernel{.memory = process->memory_,
                                      .hart = process->hart_,
                                      .host_signals = *process->host_signals_,
                                      .executable = absolute_path(options.path),
                                      .diagnostics_fd = options.diagnostics_fd});
    Kernel& kernel = *process->kernel_;
    kernel.own_limits = {rlimit{RLIM_INFINITY, RLIM_INFINITY}, rlimit{kStackSize, RLIM_INFINITY},
                         rlimit{RLIM_INFINITY, RLIM_INFINITY}};
    kernel.signals.mask = kernel.host_signals.inherited_mask();
    for (int signal = 1; signal <= kSignalCount; ++signal) {
        if (kernel.host_signals.inherited_ignored(signal)) {
            kernel.signals.actions[static_cast<std::size_t>(signal)].handler = abi::kSignalIgnore;
        }
    }
    return process;
}

Result<void> Process::load(const ProcessOptions& options) {
    const auto file = ElfFile::open(options.path);
    if (not file) {
        return tl::unexpected(file.error());
    }
    const auto program = load_program(memory_, *file, options.path);
    if (not program) {
        return tl::unexpected(program.error());
    }
    memory_.start_break(program->end);
    if (auto mapped = map_trampoline(memory_); not mapped) {
        return mapped;
    }
    const auto stack = build_initial_stack(memory_, {.program = *program,
                                                     .path = options.path,
                                                     .arguments = options.arguments,
                                                     .environment = options.environment,
                                                     .random = options.random});
    if (not stack) {
        return tl::unexpected(stack.error());
    }
    hart_.pc = program->entry;
    hart_.x[kSp] = *stack;
    return {};
}

Outcome Process::run(const RunOptions& options) {
    const std::uint64_t start = hart_.csrs.instret;
    while (not kernel_->outcome) {
        if (host_signals_->pending() != 0) {
            deliver(host_signals_->take(), std::nullopt);
            continue;
        }
        const std::uint64_t retired = hart_.csrs.instret - start;
        if (retired >= options.max_instructions) {
            return {Outcome::Kind::instruction_limit};
        }
        const engine::Exit exit = advance(options, options.max_instructions - retired);
        if (exit.reason == ExitReason::trap) {
            handle(exit.trap, options);
        }
    }
    return *kernel_->outcome;
}

engine::Exit Process::advance(const RunOptions& options, std::uint64_t budget) {
    return options.trace ? advance_traced(options) : interpreter_.run(budget);
}

engine::Exit Process::advance_traced(const RunOptions& options) {
    const std::uint64_t pc = hart_.pc;
    // Two reads, because the second half may lie in a page that is not there.
    const std::uint32_t low = memory_.get<std::uint16_t>(pc).value_or(0);
    const std::uint32_t high = (low & 3) == 3 ? memory_.get<std::uint16_t>(pc + 2).value_or(0) : 0;
    const auto before = guest::riscv::trace_registers(hart_);
    const engine::Exit exit = interpreter_.run(1);
    if (exit.reason == ExitReason::trap and exit.trap.cause != cause::kEcallFromU) {
        options.trace(guest::riscv::trap_line(pc, exit.trap));
    } else if (exit.reason != ExitReason::pending) {
        options.trace(guest::riscv::trace_line(pc, high << 16 | low, before, hart_));
    }
    return exit;
}

void Process::handle(const engine::Trap& trap, const RunOptions& options) {
    // A signal that came before this instruction is handled before it; the instruction runs again afterwards.
    if (host_signals_->pending() != 0) {
        return;
    }
    if (trap.cause == cause::kEcallFromU) {
        system_call(options);
    } else {
        raise_fault(trap);
    }
}

void Process::system_call(const RunOptions& options) {
    SysArgs arguments;
    std::copy_n(hart_.x.begin() + kA0, arguments.size(), arguments.begin());
    const std::uint64_t number = hart_.x[kA7];
    // Exits and sigreturn do not come back here with a result, but their line is wanted all the same.
    const std::string call = options.strace ? describe_call(memory_, number, arguments) : std::string();
    const SysValue result = dispatch(*kernel_, number, arguments);
    if (options.strace) {
        say(*kernel_, call + describe_result(result));
    }
    if (result == kNoResult) {
        ++hart_.csrs.instret;
        return;
    }
    if (restarts(result)) {
        return;  // the pc still is that of the ecall, and a0 its argument
    }
    const bool interrupted = result == kRestart or result == kRestartNever;
    hart_.x[kA0] = static_cast<std::uint64_t>(interrupted ? SysValue{-EINTR} : result);
    hart_.pc += 4;
    ++hart_.csrs.instret;
}

bool Process::restarts(SysValue result) const {
    if (result == kRestartAlways) {
        return true;
    }
    const auto signal = static_cast<std::size_t>(host_signals_->pending());
    return result == kRestart and (kernel_->signals.actions[signal].flags & SA_RESTART) != 0;
}

void Process::raise_fault(const engine::Trap& trap) {
    if (not host_signals_->hold()) {
        return;  // deliver that signal first; the instruction faults again afterwards
    }
    const siginfo_t info = signal_for(trap, hart_.pc, memory_);
    const auto& action = kernel_->signals.actions[static_cast<std::size_t>(info.si_signo)];
    const bool handled = action.handler != abi::kSignalDefault and action.handler != abi::kSignalIgnore;
    const bool blocked = (kernel_->signals.mask & signal_bit(info.si_signo)) != 0;
    // The kernel does not let a program go on past its own fault, blocked or ignored (force_sig_info).
    if (not handled or blocked) {
        return kill(info.si_signo, trap);
    }
    deliver(info, trap);
}

// Host signals are blocked here, all of them, until the mask of the handler is set.
void Process::deliver(const siginfo_t& info, const std::optional<engine::Trap>& trap) {
    SignalState& signals = kernel_->signals;
    const abi::SignalAction& action = signals.actions[static_cast<std::size_t>(info.si_signo)];
    if (action.handler == abi::kSignalDefault) {
        return kill(info.si_signo, trap);
    }
    if (action.handler != abi::kSignalIgnore) {
        if (not enter_handler(memory_, hart_, signals, info)) {
            return kill(SIGSEGV, trap);
        }
        if (action.handler == abi::kSignalDefault) {  // SA_RESETHAND took effect
            host_signals_->default_action(info.si_signo);
        }
    }
    host_signals_->set_mask(signals.mask);
}

void Process::kill(int signal, const std::optional<engine::Trap>& trap) {
    kernel_->outcome = Outcome{Outcome::Kind::killed, signal, trap};
}

}  // namespace vm::user
