#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "vm/guest/riscv/insn.h"

namespace vm::guest::riscv {

// Where an instruction's fields lie (Unpriv. 2.2, 2.3). RFloat and R4 have a rounding mode in bits 14:12.
enum class Format : std::uint8_t {
    R,
    RFloat,
    R4,
    I,
    Shift64,
    Shift32,
    S,
    B,
    U,
    J,
    Csr,
    CsrImm,
    Fence,
    Atomic,
    None
};

// One line of rv64.inc.
struct Encoding {
    Opcode op;
    Format format;
    std::uint32_t mask;   // bits the pattern fixes
    std::uint32_t match;  // and their values
    std::string_view name;
    std::string_view operands;

    // Whether the operands name this field: has_operand("frd") tells that rd is a floating-point register.
    constexpr bool has_operand(std::string_view operand) const {
        for (std::size_t at = 0; at < operands.size();) {
            const std::size_t end = operands.find_first_of(", ()", at);
            if (operands.substr(at, end - at) == operand) return true;
            if (end == std::string_view::npos) break;
            at = end + 1;
        }
        return false;
    }

    // Whether the pattern leaves all `count` bits from `low` to the format's fields.
    constexpr bool leaves(unsigned low, unsigned count) const {
        return (mask >> low & ((1u << count) - 1)) == 0;
    }
};

namespace encoding_detail {

constexpr Encoding parse(Opcode op, std::string_view name, Format format, const char (&pattern)[33],
                         std::string_view operands) {
    Encoding line{op, format, 0, 0, name, operands};
    for (unsigned i = 0; i < 32; ++i) {
        line.mask = line.mask << 1 | (pattern[i] != '-' ? 1u : 0u);
        line.match = line.match << 1 | (pattern[i] == '1' ? 1u : 0u);
    }
    return line;
}

}  // namespace encoding_detail

inline constexpr std::size_t kOpcodeCount = static_cast<std::size_t>(Opcode::count);

// Indexed by Opcode; entry 0 (illegal) has no encoding.
inline constexpr std::array<Encoding, kOpcodeCount> kEncodings = {
    Encoding{Opcode::illegal, Format::None, 0, 0, "illegal", ""},
#define INST(ident, name, format, pattern, operands) \
    encoding_detail::parse(Opcode::ident, name, Format::format, pattern, operands),
#include "vm/guest/riscv/rv64.inc"
#undef INST
};

constexpr const Encoding& encoding(Opcode op) { return kEncodings[static_cast<std::size_t>(op)]; }

}  // namespace vm::guest::riscv
