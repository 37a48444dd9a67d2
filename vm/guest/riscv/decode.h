#pragma once

#include <cstdint>

#include "vm/guest/riscv/insn.h"

namespace vm::guest::riscv {

// Bytes the instruction starting with these 16 bits occupies: 2 when compressed, else 4. (Unpriv. 1.5)
constexpr unsigned instruction_length(std::uint32_t first_half) { return (first_half & 3) == 3 ? 4 : 2; }

// The instruction in `bits` (the low 16 when compressed). What no table line matches, and every reserved
// encoding, is Opcode::illegal with its length and bits set.
Insn decode(std::uint32_t bits);

}  // namespace vm::guest::riscv
