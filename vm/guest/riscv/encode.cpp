#include "vm/guest/riscv/encode.h"

#include "vm/base/bits.h"
#include "vm/base/check.h"
#include "vm/guest/riscv/decode.h"
#include "vm/guest/riscv/encoding.h"

namespace vm::guest::riscv {
namespace {

// Bits [from, from + count) of value, moved to bit `to`.
std::uint32_t place(std::uint32_t value, unsigned from, unsigned count, unsigned to) {
    return static_cast<std::uint32_t>(bits(value, from, count) << to);
}

std::uint32_t immediate_bits(Format format, std::uint32_t imm) {
    switch (format) {
        case Format::I:
        case Format::Csr:
        case Format::CsrImm:
        case Format::Fence:
            return place(imm, 0, 12, 20);
        case Format::Shift64:
            return place(imm, 0, 6, 20);
        case Format::Shift32:
            return place(imm, 0, 5, 20);
        case Format::S:
            return place(imm, 5, 7, 25) | place(imm, 0, 5, 7);
        case Format::B:
            return place(imm, 12, 1, 31) | place(imm, 5, 6, 25) | place(imm, 1, 4, 8) | place(imm, 11, 1, 7);
        case Format::U:
            return imm & 0xffff'f000;
        case Format::J:
            return place(imm, 20, 1, 31) | place(imm, 1, 10, 21) | place(imm, 11, 1, 20) |
                   place(imm, 12, 8, 12);
        case Format::Atomic:
            return place(imm, 0, 2, 25);
        case Format::R:
        case Format::RFloat:
        case Format::R4:
        case Format::None:
            return 0;
    }
    return 0;
}

bool same_meaning(const Insn& a, const Insn& b) {
    return a.op == b.op && a.rd == b.rd && a.rs1 == b.rs1 && a.rs2 == b.rs2 && a.rs3 == b.rs3 &&
           a.rm == b.rm && a.imm == b.imm;
}

std::uint32_t register_bits(const CompressedField& field, unsigned number) {
    if (field.count == 0) return 0;
    return place(field.count == 3 ? number - 8 : number, 0, field.count, field.from);
}

}  // namespace

std::uint32_t encode(const Insn& insn) {
    VM_CHECK(insn.op != Opcode::illegal);
    const Encoding& line = encoding(insn.op);
    // A field that the instruction lacks is zero in an Insn, so it may be placed over other bits all the
    // same.
    const std::uint32_t word = line.match | place(insn.rd, 0, 5, 7) | place(insn.rm, 0, 3, 12) |
                               place(insn.rs1, 0, 5, 15) | place(insn.rs2, 0, 5, 20) |
                               place(insn.rs3, 0, 5, 27) |
                               immediate_bits(line.format, static_cast<std::uint32_t>(insn.imm));
    VM_CHECK(same_meaning(decode(word), insn));
    return word;
}

std::optional<std::uint16_t> encode_compressed(const CompressedEncoding& line, const Insn& insn) {
    std::uint32_t half = line.match | register_bits(line.rd, insn.rd) | register_bits(line.rs1, insn.rs1) |
                         register_bits(line.rs2, insn.rs2);
    for (const CompressedField& field : line.imm) {
        if (field.count != 0) {
            half |= place(static_cast<std::uint32_t>(insn.imm), field.to, field.count, field.from);
        }
    }
    const auto word = static_cast<std::uint16_t>(half);
    // Whatever did not fit above decodes to something else.
    if (compressed_encoding(word) != &line || !same_meaning(decode(word), insn)) return std::nullopt;
    return word;
}

std::optional<std::uint16_t> compress(const Insn& insn) {
    for (const CompressedEncoding& line : kCompressed) {
        if (line.expansion != insn.op) continue;
        if (const auto half = encode_compressed(line, insn)) return half;
    }
    return std::nullopt;
}

}  // namespace vm::guest::riscv
