#pragma once

// Small pieces that the files of the program generator share.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "vm/guest/riscv/encode.h"
#include "vm/guest/riscv/insn.h"

namespace vm::guest::riscv {

using ProgramCode = std::vector<std::uint16_t>;

inline std::size_t byte_count(const ProgramCode& code) { return 2 * code.size(); }

inline void append_code(ProgramCode& code, const ProgramCode& more) {
    code.insert(code.end(), more.begin(), more.end());
}

inline void append_word(ProgramCode& code, const Insn& insn) {
    const std::uint32_t word = encode(insn);
    code.push_back(static_cast<std::uint16_t>(word));
    code.push_back(static_cast<std::uint16_t>(word >> 16));
}

inline Insn make_insn(Opcode op, unsigned rd, unsigned rs1, unsigned rs2, std::int64_t imm) {
    Insn insn;
    insn.op = op;
    insn.rd = static_cast<std::uint8_t>(rd);
    insn.rs1 = static_cast<std::uint8_t>(rs1);
    insn.rs2 = static_cast<std::uint8_t>(rs2);
    insn.imm = static_cast<std::int32_t>(imm);
    return insn;
}

constexpr std::uint32_t bit_of(unsigned number) { return std::uint32_t{1} << number; }

}  // namespace vm::guest::riscv
