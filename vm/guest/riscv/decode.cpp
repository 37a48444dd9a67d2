#include "vm/guest/riscv/decode.h"

#include <array>

#include "vm/base/bits.h"
#include "vm/guest/riscv/compressed.h"
#include "vm/guest/riscv/encoding.h"

namespace vm::guest::riscv {
namespace {

// Candidates for a word lie in the bucket of the bits that tell most instructions apart: major opcode (6:2),
// funct3 (14:12) and the top five bits (31:27). A line whose pattern leaves some of these open is in several
// buckets.
constexpr std::size_t kBucketCount = 1 << 13;

constexpr std::uint32_t bucket_of(std::uint32_t bits) {
    return (bits >> 2 & 0x1f) | (bits >> 12 & 7) << 5 | (bits >> 27) << 8;
}

// Calls visit(bucket) for every bucket that words of `line` fall into.
template <class Visit>
constexpr void for_each_bucket(const Encoding& line, Visit visit) {
    const std::uint32_t fixed = bucket_of(line.match);
    const std::uint32_t open = bucket_of(~line.mask);
    // Walks the subsets of `open`.
    std::uint32_t subset = 0;
    do {
        visit(fixed | subset);
        subset = (subset - open) & open;
    } while (subset != 0);
}

constexpr std::size_t count_candidates() {
    std::size_t total = 0;
    for (std::size_t i = 1; i < kOpcodeCount; ++i) {
        for_each_bucket(kEncodings[i], [&](std::uint32_t) { ++total; });
    }
    return total;
}

struct Buckets {
    std::array<std::uint16_t, kBucketCount + 1> start{};  // candidates of bucket b: [start[b], start[b + 1])
    std::array<std::uint8_t, count_candidates()> candidates{};
};
static_assert(kOpcodeCount <= 256, "candidates hold opcodes in a byte");

constexpr Buckets build_buckets() {
    Buckets buckets;
    for (std::size_t i = 1; i < kOpcodeCount; ++i) {
        for_each_bucket(kEncodings[i], [&](std::uint32_t bucket) { ++buckets.start[bucket]; });
    }
    std::uint16_t end = 0;
    for (auto& start : buckets.start) {
        end = static_cast<std::uint16_t>(end + start);
        start = end;
    }
    // start[] now holds ends; filling backwards turns them into starts.
    for (std::size_t i = kOpcodeCount - 1; i > 0; --i) {
        for_each_bucket(kEncodings[i], [&](std::uint32_t bucket) {
            buckets.candidates[--buckets.start[bucket]] = static_cast<std::uint8_t>(i);
        });
    }
    return buckets;
}

constexpr Buckets kBuckets = build_buckets();

const Encoding* find(std::uint32_t bits) {
    const std::uint32_t bucket = bucket_of(bits);
    for (std::size_t i = kBuckets.start[bucket]; i < kBuckets.start[bucket + 1]; ++i) {
        const Encoding& line = kEncodings[kBuckets.candidates[i]];
        if ((bits & line.mask) == line.match) return &line;
    }
    return nullptr;
}

std::int32_t branch_offset(std::uint32_t word) {
    const std::uint64_t offset =
        bits(word, 31, 1) << 12 | bits(word, 7, 1) << 11 | bits(word, 25, 6) << 5 | bits(word, 8, 4) << 1;
    return as_signed32(sign_extend(offset, 13));
}

std::int32_t jump_offset(std::uint32_t word) {
    const std::uint64_t offset =
        bits(word, 31, 1) << 20 | bits(word, 12, 8) << 12 | bits(word, 20, 1) << 11 | bits(word, 21, 10) << 1;
    return as_signed32(sign_extend(offset, 21));
}

std::int32_t immediate(Format format, std::uint32_t word) {
    switch (format) {
        case Format::I:
            return as_signed32(sign_extend(word >> 20, 12));
        case Format::Shift64:
            return as_signed32(bits(word, 20, 6));
        case Format::Shift32:
            return as_signed32(bits(word, 20, 5));
        case Format::S:
            return as_signed32(sign_extend(bits(word, 25, 7) << 5 | bits(word, 7, 5), 12));
        case Format::B:
            return branch_offset(word);
        case Format::U:
            return as_signed32(word & 0xffff'f000);
        case Format::J:
            return jump_offset(word);
        case Format::Csr:
        case Format::CsrImm:
        case Format::Fence:
            return as_signed32(word >> 20);
        case Format::Atomic:
            return as_signed32(bits(word, 25, 2));
        case Format::R:
        case Format::RFloat:
        case Format::R4:
        case Format::None:
            return 0;
    }
    return 0;
}

// Which register fields a format has.
struct Registers {
    bool rd, rs1, rs2, rs3;
};

constexpr Registers registers_of(Format format) {
    switch (format) {
        case Format::R:
        case Format::RFloat:
        case Format::Atomic:
            return {true, true, true, false};
        case Format::R4:
            return {true, true, true, true};
        case Format::I:
        case Format::Shift64:
        case Format::Shift32:
        case Format::Csr:
        case Format::CsrImm:
            return {true, true, false, false};
        case Format::S:
        case Format::B:
            return {false, true, true, false};
        case Format::U:
        case Format::J:
            return {true, false, false, false};
        case Format::Fence:
        case Format::None:
            return {false, false, false, false};
    }
    return {};
}

Insn decode_word(std::uint32_t word) {
    Insn insn;
    insn.bits = word;
    const Encoding* line = find(word);
    if (line == nullptr) return insn;
    const auto field = [&](bool present, unsigned low) {
        return static_cast<std::uint8_t>(present && line->leaves(low, 5) ? bits(word, low, 5) : 0);
    };
    const Registers registers = registers_of(line->format);
    insn.op = line->op;
    insn.rd = field(registers.rd, 7);
    insn.rs1 = field(registers.rs1, 15);
    insn.rs2 = field(registers.rs2, 20);
    insn.rs3 = field(registers.rs3, 27);
    if (line->format == Format::RFloat || line->format == Format::R4) {
        insn.rm = static_cast<std::uint8_t>(bits(word, 12, 3));
    }
    insn.imm = immediate(line->format, word);
    return insn;
}

std::uint8_t compressed_register(const CompressedField& field, std::uint16_t half) {
    if (field.count == 0) return 0;
    const auto number = static_cast<std::uint8_t>(bits(half, field.from, field.count));
    return field.count == 3 ? static_cast<std::uint8_t>(number + 8) : number;
}

std::int32_t compressed_immediate(const CompressedEncoding& line, std::uint16_t half) {
    std::uint64_t value = 0;
    for (const CompressedField& field : line.imm) {
        if (field.count != 0) value |= bits(half, field.from, field.count) << field.to;
    }
    return as_signed32(line.imm_signed ? sign_extend(value, line.imm_width) : value);
}

Insn expand(const CompressedEncoding& line, std::uint16_t half) {
    Insn insn;
    insn.op = line.expansion;
    insn.length = 2;
    insn.bits = half;
    insn.rd = compressed_register(line.rd, half);
    insn.rs1 = compressed_register(line.rs1, half);
    insn.rs2 = compressed_register(line.rs2, half);
    insn.imm = compressed_immediate(line, half);
    if (line.implied == Implied::rd_ra) insn.rd = 1;
    if (line.implied == Implied::rd_and_rs1_sp) insn.rd = 2;
    if (line.implied == Implied::rs1_sp || line.implied == Implied::rd_and_rs1_sp) insn.rs1 = 2;
    return insn;
}

bool meets(const Insn& insn, unsigned demands) {
    if ((demands & demand::kRdNonzero) != 0 && insn.rd == 0) return false;
    if ((demands & demand::kRdNotSp) != 0 && insn.rd == 2) return false;
    if ((demands & demand::kRs1Nonzero) != 0 && insn.rs1 == 0) return false;
    if ((demands & demand::kRs2Nonzero) != 0 && insn.rs2 == 0) return false;
    return (demands & demand::kImmNonzero) == 0 || insn.imm != 0;
}

// Lines of rvc.inc by quadrant and funct3, which every pattern fixes.
constexpr std::uint8_t kEndOfLines = 0xff;
static_assert(kCompressed.size() <= kEndOfLines, "a line's number would be taken for the end of the lines");
constexpr std::size_t kCompressedBuckets = 32;
constexpr std::size_t kMostPerBucket = 16;

constexpr unsigned compressed_bucket(unsigned half) { return (half & 3) << 3 | half >> 13; }

constexpr auto kCompressedLines = [] {
    std::array<std::array<std::uint8_t, kMostPerBucket>, kCompressedBuckets> table{};
    for (auto& row : table) row.fill(kEndOfLines);
    for (std::size_t i = 0; i < kCompressed.size(); ++i) {
        auto& row = table[compressed_bucket(kCompressed[i].match)];
        std::size_t used = 0;
        while (row[used] != kEndOfLines) ++used;
        row[used] = static_cast<std::uint8_t>(i);
    }
    return table;
}();

struct Expansion {
    const CompressedEncoding* line;
    Insn insn;
};

Expansion decode_half(std::uint16_t half) {
    for (const std::uint8_t index : kCompressedLines[compressed_bucket(half)]) {
        if (index == kEndOfLines) break;
        const CompressedEncoding& line = kCompressed[index];
        if ((half & line.mask) != line.match) continue;
        const Insn insn = expand(line, half);
        if (meets(insn, line.demands)) return {&line, insn};
    }
    Insn illegal;
    illegal.length = 2;
    illegal.bits = half;
    return {nullptr, illegal};
}

}  // namespace

Insn decode(std::uint32_t bits) {
    if (instruction_length(bits) == 2) return decode_half(static_cast<std::uint16_t>(bits)).insn;
    return decode_word(bits);
}

const CompressedEncoding* compressed_encoding(std::uint16_t bits) { return decode_half(bits).line; }

}  // namespace vm::guest::riscv
