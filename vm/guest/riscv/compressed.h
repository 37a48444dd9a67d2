#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "vm/guest/riscv/insn.h"

namespace vm::guest::riscv {

// A run of adjacent bits of a compressed instruction and the field bits they hold.
struct CompressedField {
    std::uint8_t from = 0;   // lowest bit in the instruction
    std::uint8_t to = 0;     // lowest bit in the field
    std::uint8_t count = 0;  // 0: absent
};

// Registers that a compressed instruction uses without naming them.
enum class Implied : std::uint8_t { nothing, rs1_sp, rd_and_rs1_sp, rd_ra };

// What the fields of a word must be for a line to take it; or-ed together.
namespace demand {
inline constexpr unsigned kAny = 0;
inline constexpr unsigned kRdNonzero = 1;
inline constexpr unsigned kRdNotSp = 2;
inline constexpr unsigned kRs1Nonzero = 4;
inline constexpr unsigned kRs2Nonzero = 8;
inline constexpr unsigned kImmNonzero = 16;
}  // namespace demand

// One line of rvc.inc.
struct CompressedEncoding {
    std::string_view name;
    std::string_view operands;
    Opcode expansion = Opcode::illegal;
    Implied implied = Implied::nothing;
    unsigned demands = demand::kAny;
    std::uint16_t mask = 0;
    std::uint16_t match = 0;
    CompressedField rd;
    CompressedField rs1;
    CompressedField rs2;
    std::array<CompressedField, 11> imm{};  // absent ones last
    std::uint8_t imm_width = 0;             // with the sign, if it has one
    bool imm_signed = false;
};

namespace compressed_detail {

// The register field whose letter is at pattern[i], the leftmost of its run.
constexpr CompressedField register_at(const char* pattern, unsigned i) {
    CompressedField field{};
    for (const char letter = pattern[i]; i < 16 && pattern[i] == letter; ++i) ++field.count;
    field.from = static_cast<std::uint8_t>(16 - i);
    return field;
}

constexpr bool is_immediate(char letter) { return letter >= 'A' && letter <= 'Q'; }

constexpr void parse_immediate(CompressedEncoding& line, const char* pattern) {
    unsigned highest = 0;
    for (unsigned i = 0; i < 16; ++i) {
        const unsigned bit = is_immediate(pattern[i]) ? static_cast<unsigned>(pattern[i] - 'A') + 1 : 0;
        highest = bit > highest ? bit : highest;
        line.imm_signed = line.imm_signed || pattern[i] == '-';
    }
    line.imm_width = static_cast<std::uint8_t>(highest + (line.imm_signed ? 1 : 0));
    std::size_t used = 0;
    for (unsigned i = 0; i < 16; ++i) {
        if (pattern[i] != '-' && !is_immediate(pattern[i])) continue;
        const unsigned to = pattern[i] == '-' ? highest : static_cast<unsigned>(pattern[i] - 'A');
        CompressedField& last = line.imm[used == 0 ? 0 : used - 1];
        if (used != 0 && last.from == 16 - i && last.to == to + 1) {
            last = {static_cast<std::uint8_t>(15 - i), static_cast<std::uint8_t>(to),
                    static_cast<std::uint8_t>(last.count + 1)};
        } else {
            line.imm[used++] = {static_cast<std::uint8_t>(15 - i), static_cast<std::uint8_t>(to), 1};
        }
    }
}

constexpr CompressedEncoding parse(std::string_view name, const char (&pattern)[17], Opcode expansion,
                                   Implied implied, unsigned demands, std::string_view operands) {
    CompressedEncoding line{};
    line.name = name;
    line.operands = operands;
    line.expansion = expansion;
    line.implied = implied;
    line.demands = demands;
    for (unsigned i = 0; i < 16; ++i) {
        const char letter = pattern[i];
        const bool fixed = letter == '0' || letter == '1';
        line.mask = static_cast<std::uint16_t>(line.mask << 1 | (fixed ? 1 : 0));
        line.match = static_cast<std::uint16_t>(line.match << 1 | (letter == '1' ? 1 : 0));
        const bool first = i == 0 || pattern[i - 1] != letter;
        if (first && (letter == 'd' || letter == 'b')) line.rd = register_at(pattern, i);
        if (first && (letter == 's' || letter == 'b')) line.rs1 = register_at(pattern, i);
        if (first && letter == 't') line.rs2 = register_at(pattern, i);
    }
    parse_immediate(line, pattern);
    return line;
}

}  // namespace compressed_detail

// Order of rvc.inc.
inline constexpr auto kCompressed = [] {
    using enum Implied;
    using demand::kAny, demand::kRdNonzero, demand::kRdNotSp, demand::kRs1Nonzero, demand::kRs2Nonzero,
        demand::kImmNonzero;
    return std::to_array<CompressedEncoding>({
#define RVC(name, pattern, expansion, implied, demands, operands) \
    compressed_detail::parse(name, pattern, Opcode::expansion, implied, demands, operands),
#include "vm/guest/riscv/rvc.inc"
#undef RVC
    });
}();

// The line that takes these 16 bits, nullptr when they are reserved (or all zero).
const CompressedEncoding* compressed_encoding(std::uint16_t bits);

}  // namespace vm::guest::riscv
