#include "vm/guest/riscv/trace.h"

#include <algorithm>

#include <fmt/format.h>

#include "vm/guest/riscv/decode.h"
#include "vm/guest/riscv/disasm.h"
#include "vm/guest/riscv/register_names.h"

namespace vm::guest::riscv {
namespace {

constexpr std::uint64_t kInterrupt = std::uint64_t{1} << 63;

const char* exception_name(std::uint64_t cause) {
    switch (cause) {
        case cause::kFetchMisaligned:
            return "instruction address misaligned";
        case cause::kFetchAccess:
            return "instruction access fault";
        case cause::kIllegalInstruction:
            return "illegal instruction";
        case cause::kBreakpoint:
            return "breakpoint";
        case cause::kLoadMisaligned:
            return "load address misaligned";
        case cause::kLoadAccess:
            return "load access fault";
        case cause::kStoreMisaligned:
            return "store address misaligned";
        case cause::kStoreAccess:
            return "store access fault";
        case cause::kEcallFromU:
            return "environment call from U";
        case cause::kEcallFromS:
            return "environment call from S";
        case cause::kEcallFromM:
            return "environment call from M";
        case cause::kFetchPage:
            return "instruction page fault";
        case cause::kLoadPage:
            return "load page fault";
        case cause::kStorePage:
            return "store page fault";
        default:
            return "reserved exception";
    }
}

const char* interrupt_name(std::uint64_t line) {
    switch (static_cast<Interrupt>(line)) {
        case Interrupt::supervisor_software:
            return "supervisor software interrupt";
        case Interrupt::machine_software:
            return "machine software interrupt";
        case Interrupt::supervisor_timer:
            return "supervisor timer interrupt";
        case Interrupt::machine_timer:
            return "machine timer interrupt";
        case Interrupt::supervisor_external:
            return "supervisor external interrupt";
        case Interrupt::machine_external:
            return "machine external interrupt";
    }
    return "reserved interrupt";
}

}  // namespace

TraceRegisters trace_registers(const Hart& hart) {
    TraceRegisters registers{};
    std::copy_n(hart.x.begin(), registers.x.size(), registers.x.begin());
    registers.f = hart.f;
    return registers;
}

std::string trace_line(std::uint64_t pc, std::uint32_t bits, const TraceRegisters& before,
                       const Hart& after) {
    const bool compressed = instruction_length(bits) == 2;
    const std::uint32_t shown = compressed ? bits & 0xffff : bits;
    std::string line = fmt::format("{:x}: {:<8}  {}", pc, fmt::format("{:0{}x}", shown, compressed ? 4 : 8),
                                   disassemble(shown, pc));
    for (std::size_t i = 0; i < before.x.size(); ++i) {
        if (before.x[i] != after.x[i]) {
            line += fmt::format("  {}={:#x}", kIntegerNames[i], after.x[i]);
        }
    }
    for (std::size_t i = 0; i < before.f.size(); ++i) {
        if (before.f[i] != after.f[i]) {
            line += fmt::format("  {}={:#x}", kFloatNames[i], after.f[i]);
        }
    }
    return line;
}

std::string trap_line(std::uint64_t pc, const engine::Trap& trap) {
    return fmt::format("{:x}: trap: {}, value {:#x}", pc, describe_cause(trap.cause), trap.value);
}

std::string describe_cause(std::uint64_t cause) {
    if ((cause & kInterrupt) != 0) {
        return interrupt_name(cause & ~kInterrupt);
    }
    return fmt::format("{} ({})", exception_name(cause), cause);
}

}  // namespace vm::guest::riscv
