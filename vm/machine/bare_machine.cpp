#include "vm/machine/bare_machine.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "vm/guest/riscv/decode.h"
#include "vm/guest/riscv/trace.h"
#include "vm/machine/htif.h"
#include "vm/machine/loader.h"
#include "vm/native/audit.h"

namespace vm::machine {

using engine::ExitReason;
using guest::riscv::CsrFile;
using guest::riscv::HartKind;

BareMachine::BareMachine(mem::GuestRam ram, const BareOptions& options)
    : ram_(std::move(ram)),
      hart_(CsrFile(HartKind::machine, 0, options.clock)),
      memory_(ram_, bus_, hart_.csrs),
      interpreter_(hart_, memory_) {}

Result<std::unique_ptr<BareMachine>> BareMachine::create(const ElfFile& file, std::string_view name,
                                                         const BareOptions& options) {
    auto ram = mem::GuestRam::create(kRamBase, options.memory);
    if (not ram) {
        return tl::unexpected(ram.error());
    }
    if (auto loaded = load_physical(file, name, *ram); not loaded) {
        return tl::unexpected(loaded.error());
    }
    std::unique_ptr<BareMachine> machine(new BareMachine(std::move(*ram), options));
    machine->hart_.pc = physical_address(file, file.entry());
    if (auto watched = machine->watch_tohost(file, name); not watched) {
        return tl::unexpected(watched.error());
    }
    if (auto able = options.native ? machine->compile_hot_code(*options.native) : Result<void>{}; not able) {
        return tl::unexpected(able.error());
    }
    return machine;
}

Result<void> BareMachine::compile_hot_code(const native::Options& options) {
    auto code = native::make_machine_code(options.code);
    if (not code) {
        return tl::unexpected(code.error());
    }
    native_ = native::compile_hot_code(interpreter_, std::move(*code), options.threshold);
    if (options.audit != nullptr) {
        auditor_ = native::audited(hart_, memory_, *native_, *options.audit);
        interpreter_.set_native(auditor_.get(), options.threshold);
    }
    return {};
}

Result<void> BareMachine::watch_tohost(const ElfFile& file, std::string_view name) {
    const auto symbol = file.symbol("tohost");
    if (not symbol) {
        return {};
    }
    tohost_ = mem::PhysAddr{physical_address(file, symbol->value)};
    if (not ram_.contains(*tohost_, sizeof(std::uint64_t))) {
        return fail("'{}' has its tohost symbol at {:#x}, outside the memory", name, raw(*tohost_));
    }
    memory_.watch(*tohost_, [this] {
        tohost_written_ = true;
        interpreter_.request_attention();
    });
    return {};
}

BareOutcome BareMachine::run(std::uint64_t max_instructions) {
    const std::uint64_t first = instructions();
    while (instructions() - first < max_instructions) {
        if (auto outcome = advance(max_instructions - (instructions() - first))) {
            return *std::move(outcome);
        }
    }
    return {BareEnd::instruction_limit, 0, {}};
}

BareOutcome BareMachine::run_traced(std::uint64_t max_instructions,
                                    const std::function<void(std::string_view)>& print) {
    const std::uint64_t first = instructions();
    while (instructions() - first < max_instructions) {
        const std::uint64_t pc = hart_.pc;
        const std::uint32_t bits = instruction_at(pc);
        const auto before = guest::riscv::trace_registers(hart_);
        const std::uint64_t retired = instructions();
        const std::uint64_t traps = traps_;
        auto outcome = advance(1);
        if (instructions() != retired) {
            print(guest::riscv::trace_line(pc, bits, before, hart_));
        } else if (traps_ != traps) {
            print(guest::riscv::trap_line(last_trap_->pc, last_trap_->trap));
        }
        if (outcome) {
            return *std::move(outcome);
        }
    }
    return {BareEnd::instruction_limit, 0, {}};
}

// Whatever lies there, protected or not; zero outside the memory, where executing it traps.
std::uint32_t BareMachine::instruction_at(std::uint64_t pc) const {
    const std::uint32_t low = ram_.read<std::uint16_t>(mem::PhysAddr{pc}).value_or(0);
    if (guest::riscv::instruction_length(low) == 2) {
        return low;
    }
    return low | std::uint32_t{ram_.read<std::uint16_t>(mem::PhysAddr{pc} + 2).value_or(0)} << 16;
}

std::optional<BareOutcome> BareMachine::advance(std::uint64_t budget) {
    if (const auto interrupt = hart_.csrs.pending_interrupt()) {
        return take_trap(*interrupt);
    }
    const engine::Exit exit = interpreter_.run(budget);
    if (std::exchange(tohost_written_, false)) {
        if (auto outcome = served_request()) {
            return outcome;
        }
    }
    if (exit.reason == ExitReason::trap) {
        if (exit.trap.cause == native::kDifference) {
            return BareOutcome{BareEnd::stuck, 0, native::kDifferenceMessage};
        }
        return take_trap(exit.trap);
    }
    if (std::exchange(hart_.csrs.waiting, false) and not hart_.csrs.interrupt_wakes()) {
        return BareOutcome{
            BareEnd::stuck, 0,
            fmt::format("the program waits for an interrupt (wfi before {:#x}), and this machine has no "
                        "device to raise one",
                        hart_.pc)};
    }
    return std::nullopt;
}

// A trap that equals the one before, at the handler's first instruction and with nothing retired in between,
// will repeat for ever: only trap entry has changed any state, and it changes no more.
std::optional<BareOutcome> BareMachine::take_trap(const engine::Trap& trap) {
    const TrapEntry entry{trap, hart_.pc, instructions()};
    if (last_trap_ == entry) {
        return BareOutcome{BareEnd::stuck, 0,
                           fmt::format("the trap handler at {:#x} itself traps: {}, value {:#x}", hart_.pc,
                                       guest::riscv::describe_cause(trap.cause), trap.value)};
    }
    last_trap_ = entry;
    ++traps_;
    hart_.pc = hart_.csrs.enter_trap(trap, hart_.pc);
    return std::nullopt;
}

std::optional<BareOutcome> BareMachine::served_request() {
    const std::uint64_t value = *ram_.read<std::uint64_t>(*tohost_);
    const HtifRequest request = decode_tohost(value);
    switch (request.kind) {
        case HtifRequest::Kind::none:
            return std::nullopt;
        case HtifRequest::Kind::exit:
            return BareOutcome{BareEnd::exited, request.exit_code, {}};
        case HtifRequest::Kind::service:
            break;
    }
    return BareOutcome{
        BareEnd::stuck, 0,
        fmt::format("the program asks the host for a service through tohost (value {:#x}): only exit "
                    "codes, which are odd, are supported",
                    value)};
}

}  // namespace vm::machine
