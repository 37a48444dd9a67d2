#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace vm::guest::riscv {

// The instruction in `bits` (the low 16 when compressed) as `objdump -M no-aliases` writes it, with one space
// between name and operands: "c.addi a0,1", "beq a0,a1,0x1040". Targets are relative to `pc`. What is no
// instruction reads
// ".2byte 0x8000" or ".4byte 0x705b".
std::string disassemble(std::uint32_t bits, std::uint64_t pc);

struct ListedInsn {
    std::string text;
    std::size_t length = 0;  // in bytes
};

// The line of a listing for the instruction at the front of `bytes`, which are not empty, or for what is left
// there of one: "80000000: 00250513  addi a0,a0,2".
ListedInsn list_front(std::span<const std::byte> bytes, std::uint64_t pc);

}  // namespace vm::guest::riscv
