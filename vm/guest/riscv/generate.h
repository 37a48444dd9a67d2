#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "vm/guest/riscv/insn.h"

namespace vm::guest::riscv {

// Random programs to run on two engines and compare. A program loads all registers from its data, runs items
// (an item is an instruction, or a few that belong together: a loop, a call, an LR/SC pair), and writes all
// registers back. It makes no system call, raises no trap, always ends, and touches nothing but its data.
namespace program_data {
// Offsets in a program's data. Before the program runs: what the registers start with; after it: what they
// ended with.
inline constexpr std::size_t kIntegers = 0;  // x0 to x31
inline constexpr std::size_t kFloats = 256;  // f0 to f31
inline constexpr std::size_t kFcsr = 512;
inline constexpr std::size_t kConstants = 520;  // operands that loads pick from; never written
inline constexpr std::size_t kConstantsSize = 640;
inline constexpr std::size_t kScratch = kConstants + kConstantsSize;  // loads, stores and atomics
inline constexpr std::size_t kScratchSize = 1152;
inline constexpr std::size_t kSize = kScratch + kScratchSize;
}  // namespace program_data

enum class Zicond : std::uint8_t { left_out, included };

struct ProgramOptions {
    std::uint64_t seed = 0;
    std::uint64_t data_address = 0;  // a multiple of 8, below 2^31 - program_data::kSize
    std::size_t most_items =
        ~std::size_t{0};               // a shorter program is the start of the longer one with the same seed
    Zicond zicond = Zicond::left_out;  // QEMU 7.2 lacks it
};

struct GeneratedProgram {
    std::vector<std::uint16_t> code;      // position-independent; ends by falling through
    std::vector<std::size_t> item_start;  // index in `code` of each item, and of what follows the last
    std::vector<std::byte> data;          // program_data::kSize bytes for data_address
};

GeneratedProgram generate_program(const ProgramOptions& options);

// Why no generated program contains this instruction; empty for those that occur.
std::string_view reason_not_generated(Opcode op);

}  // namespace vm::guest::riscv
