#pragma once

#include <cstdint>

namespace vm::guest::riscv {

// Every instruction of rv64.inc. `illegal` is what no table line matches; it raises an illegal-instruction
// trap.
enum class Opcode : std::uint16_t {
    illegal,
#define INST(ident, name, format, pattern, operands) ident,
#include "vm/guest/riscv/rv64.inc"
#undef INST
    count
};

// The rm field's value for "as frm says". (Unpriv. 20.2)
inline constexpr std::uint8_t kDynamicRounding = 7;

// One decoded instruction. Compressed instructions decode to what they expand to, with length 2 and their 16
// bits. Fields that the instruction's format does not have are zero.
struct Insn {
    Opcode op = Opcode::illegal;
    std::uint8_t rd = 0;
    std::uint8_t rs1 = 0;
    std::uint8_t rs2 = 0;
    std::uint8_t rs3 = 0;
    std::uint8_t rm = 0;      // rounding mode field of floating-point instructions
    std::uint8_t length = 4;  // bytes: 2 or 4
    // Sign-extended immediate; shift amount; CSR number; for atomics aq in bit 1 and rl in bit 0; for fence
    // the 12 bits fm, pred, succ. lui and auipc hold the value already shifted left by 12.
    std::int32_t imm = 0;
    std::uint32_t bits = 0;  // as fetched: what an illegal-instruction trap reports

    friend bool operator==(const Insn&, const Insn&) = default;
};

}  // namespace vm::guest::riscv
