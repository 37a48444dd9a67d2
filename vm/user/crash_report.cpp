#include "vm/user/crash_report.h"

#include <fmt/format.h>

#include "vm/guest/riscv/decode.h"
#include "vm/guest/riscv/disasm.h"
#include "vm/guest/riscv/dump.h"
#include "vm/guest/riscv/trace.h"
#include "vm/user/signals.h"

namespace vm::user {
namespace {

std::string instruction_at(const AddressSpace& memory, std::uint64_t pc) {
    const auto low = memory.get<std::uint16_t>(pc);
    const auto high = memory.get<std::uint16_t>(pc + 2);
    if (not low or (guest::riscv::instruction_length(*low) == 4 and not high)) {
        return fmt::format("{:#x}: no readable code\n", pc);
    }
    const std::uint32_t bits = *low | (high ? std::uint32_t{*high} << 16 : 0);
    return fmt::format("{:#x}: {}\n", pc, guest::riscv::disassemble(bits, pc));
}

}  // namespace

std::string crash_report(const Process& process, const Outcome& outcome) {
    const std::uint64_t pc = process.hart().pc;
    std::string report;
    if (default_action(outcome.code) == DefaultAction::core) {
        report = guest::riscv::register_dump(process.hart()) + instruction_at(process.memory(), pc);
    }
    report += fmt::format("vm: guest killed by {} at pc {:#x}", signal_name(outcome.code), pc);
    if (outcome.trap) {
        report += fmt::format(": {}, value {:#x}", guest::riscv::describe_cause(outcome.trap->cause),
                              outcome.trap->value);
    }
    return report + "\n";
}

}  // namespace vm::user
