#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "vm/guest/riscv/insn.h"

// What an instruction is, as its table line's operands tell.
namespace vm::guest::riscv::traits {

enum Trait : std::uint8_t {
    kWritesX = 1,    // rd is an integer register
    kReadsX1 = 2,    // rs1 is one
    kReadsX2 = 4,    // rs2 is one
    kFloat = 8,      // needs mstatus.FS
    kRounds = 16,    // has a rounding mode
    kEndsBlock = 32  // jumps always, traps always, or may change what decoded code depends on
};

constexpr std::uint8_t of(std::string_view operands, std::string_view name) {
    const auto integer = [&](std::string_view field) {
        const std::size_t at = operands.find(field);
        return at != std::string_view::npos and (at == 0 or operands[at - 1] != 'f');
    };
    const auto mentions = [&](std::string_view part) {
        return operands.find(part) != std::string_view::npos;
    };
    unsigned result = 0;
    const auto note = [&](bool holds, Trait trait) { result |= holds ? static_cast<unsigned>(trait) : 0; };
    note(operands.starts_with("rd"), kWritesX);
    note(integer("rs1"), kReadsX1);
    note(integer("rs2"), kReadsX2);
    note(mentions("fr"), kFloat);
    note(mentions("rm"), kRounds);
    note(mentions("csr") or operands.empty() or name.starts_with("ja") or name.ends_with(".vma"), kEndsBlock);
    return static_cast<std::uint8_t>(result);
}

inline constexpr std::uint8_t kTable[] = {
    kEndsBlock,  // illegal
#define INST(ident, name, format, pattern, operands) of(operands, name),
#include "vm/guest/riscv/rv64.inc"
#undef INST
};

constexpr bool has(Opcode op, Trait trait) { return (kTable[static_cast<std::size_t>(op)] & trait) != 0; }

}  // namespace vm::guest::riscv::traits
