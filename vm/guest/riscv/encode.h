#pragma once

#include <cstdint>
#include <optional>

#include "vm/guest/riscv/compressed.h"
#include "vm/guest/riscv/insn.h"

namespace vm::guest::riscv {

// The 32-bit word that decodes to `insn` (length and bits aside). Its opcode is not illegal and its fields
// fit: registers below 32, immediates in range and aligned as the format demands.
std::uint32_t encode(const Insn& insn);

// The 16 bits by which `line` says `insn`, if it can: opcode, registers and immediate must be within its
// reach.
std::optional<std::uint16_t> encode_compressed(const CompressedEncoding& line, const Insn& insn);

// The compressed form of `insn`, if any line of rvc.inc has one.
std::optional<std::uint16_t> compress(const Insn& insn);

}  // namespace vm::guest::riscv
