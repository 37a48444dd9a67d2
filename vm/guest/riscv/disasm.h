#pragma once

#include <cstdint>
#include <string>

namespace vm::guest::riscv {

// The instruction in `bits` (the low 16 when compressed) as `objdump -M no-aliases` writes it, with one space
// between name and operands: "c.addi a0,1", "beq a0,a1,0x1040". Targets are relative to `pc`. What is no
// instruction reads
// ".2byte 0x8000" or ".4byte 0x705b".
std::string disassemble(std::uint32_t bits, std::uint64_t pc);

}  // namespace vm::guest::riscv
