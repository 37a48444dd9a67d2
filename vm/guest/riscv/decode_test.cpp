#include "vm/guest/riscv/decode.h"

#include <ostream>
#include <set>

#include <gtest/gtest.h>

#include "vm/guest/riscv/compressed.h"
#include "vm/guest/riscv/encoding.h"

namespace vm::guest::riscv {

// How gtest shows an instruction that differs.
void PrintTo(const Insn& i, std::ostream* out) {
    *out << encoding(i.op).name << " rd=" << int{i.rd} << " rs1=" << int{i.rs1} << " rs2=" << int{i.rs2}
         << " rs3=" << int{i.rs3} << " rm=" << int{i.rm} << " imm=" << i.imm << " length=" << int{i.length};
}

namespace {

Insn insn(Opcode op, int rd, int rs1, int rs2, std::int32_t imm, std::uint32_t bits, int length = 4) {
    Insn i;
    i.op = op;
    i.rd = static_cast<std::uint8_t>(rd);
    i.rs1 = static_cast<std::uint8_t>(rs1);
    i.rs2 = static_cast<std::uint8_t>(rs2);
    i.imm = imm;
    i.bits = bits;
    i.length = static_cast<std::uint8_t>(length);
    return i;
}

// Words as the GNU assembler makes them.
TEST(Decode, ReadsEachFormatsFields) {
    EXPECT_EQ(decode(0x00c58533), insn(Opcode::add, 10, 11, 12, 0, 0x00c58533));      // add a0, a1, a2
    EXPECT_EQ(decode(0xfff58513), insn(Opcode::addi, 10, 11, 0, -1, 0xfff58513));     // addi a0, a1, -1
    EXPECT_EQ(decode(0xfea5bc23), insn(Opcode::sd, 0, 11, 10, -8, 0xfea5bc23));       // sd a0, -8(a1)
    EXPECT_EQ(decode(0xfeb50ee3), insn(Opcode::beq, 0, 10, 11, -4, 0xfeb50ee3));      // beq a0, a1, .-4
    EXPECT_EQ(decode(0xfffff0b7), insn(Opcode::lui, 1, 0, 0, -4096, 0xfffff0b7));     // lui ra, 0xfffff
    EXPECT_EQ(decode(0xffdff0ef), insn(Opcode::jal, 1, 0, 0, -4, 0xffdff0ef));        // jal ra, .-4
    EXPECT_EQ(decode(0x43f5d513), insn(Opcode::srai, 10, 11, 0, 63, 0x43f5d513));     // srai a0, a1, 63
    EXPECT_EQ(decode(0x41f5d51b), insn(Opcode::sraiw, 10, 11, 0, 31, 0x41f5d51b));    // sraiw a0, a1, 31
    EXPECT_EQ(decode(0xc0202573), insn(Opcode::csrrs, 10, 0, 0, 0xc02, 0xc0202573));  // csrrs a0, instret, x0
    EXPECT_EQ(decode(0x001fd073),
              insn(Opcode::csrrwi, 0, 31, 0, 0x001, 0x001fd073));                    // csrrwi x0, fflags, 31
    EXPECT_EQ(decode(0x8330000f), insn(Opcode::fence, 0, 0, 0, 0x833, 0x8330000f));  // fence.tso
    EXPECT_EQ(decode(0x06c5a52f),
              insn(Opcode::amoadd_w, 10, 11, 12, 3, 0x06c5a52f));  // amoadd.w.aqrl a0, a2, (a1)
    EXPECT_EQ(decode(0x30200073), insn(Opcode::mret, 0, 0, 0, 0, 0x30200073));
}

TEST(Decode, ReadsRoundingModeAndThirdSource) {
    Insn expected = insn(Opcode::fmadd_d, 10, 11, 12, 0, 0x6ac5f543);  // fmadd.d fa0, fa1, fa2, fa3, dyn
    expected.rs3 = 13;
    expected.rm = 7;
    EXPECT_EQ(decode(0x6ac5f543), expected);
}

TEST(Decode, LeavesFieldsThatThePatternFixesZero) {
    EXPECT_EQ(decode(0x60251513), insn(Opcode::cpop, 10, 10, 0, 0, 0x60251513));
    EXPECT_EQ(decode(0xc0358553).rs2, 0);  // fcvt.lu.s: bits 24:20 are 3
    EXPECT_EQ(decode(0xc0358553).op, Opcode::fcvt_lu_s);
}

TEST(Decode, ReservedRoundingModesStillDecode) {
    EXPECT_EQ(decode(0x00c5d553).op, Opcode::fadd_s);
    EXPECT_EQ(decode(0x00c5d553).rm, 5);
}

TEST(Decode, UnknownWordIsIllegalWithItsBits) {
    EXPECT_EQ(decode(0xffffffff), insn(Opcode::illegal, 0, 0, 0, 0, 0xffffffff));
    EXPECT_EQ(decode(0x0000705b), insn(Opcode::illegal, 0, 0, 0, 0, 0x0000705b));
}

TEST(Decode, CompressedExpandsToItsFullInstruction) {
    EXPECT_EQ(decode(0x0800), insn(Opcode::addi, 8, 2, 0, 16, 0x0800, 2));     // c.addi4spn s0, sp, 16
    EXPECT_EQ(decode(0x1101), insn(Opcode::addi, 2, 2, 0, -32, 0x1101, 2));    // c.addi sp, -32
    EXPECT_EQ(decode(0x7139), insn(Opcode::addi, 2, 2, 0, -64, 0x7139, 2));    // c.addi16sp sp, -64
    EXPECT_EQ(decode(0x757d), insn(Opcode::lui, 10, 0, 0, -4096, 0x757d, 2));  // c.lui a0, 0xfffff
    EXPECT_EQ(decode(0x6582), insn(Opcode::ld, 11, 2, 0, 0, 0x6582, 2));       // c.ldsp a1, 0(sp)
    EXPECT_EQ(decode(0xfc06), insn(Opcode::sd, 0, 2, 1, 56, 0xfc06, 2));       // c.sdsp ra, 56(sp)
    EXPECT_EQ(decode(0x8082), insn(Opcode::jalr, 0, 1, 0, 0, 0x8082, 2));      // c.jr ra
    EXPECT_EQ(decode(0x9582), insn(Opcode::jalr, 1, 11, 0, 0, 0x9582, 2));     // c.jalr a1
    EXPECT_EQ(decode(0x852e), insn(Opcode::add, 10, 0, 11, 0, 0x852e, 2));     // c.mv a0, a1
    EXPECT_EQ(decode(0x952e), insn(Opcode::add, 10, 10, 11, 0, 0x952e, 2));    // c.add a0, a1
    EXPECT_EQ(decode(0xbffd), insn(Opcode::jal, 0, 0, 0, -2, 0xbffd, 2));      // c.j .-2
    EXPECT_EQ(decode(0xdd7d), insn(Opcode::beq, 0, 10, 0, -2, 0xdd7d, 2));     // c.beqz a0, .-2
    EXPECT_EQ(decode(0x4188), insn(Opcode::lw, 10, 11, 0, 0, 0x4188, 2));      // c.lw a0, 0(a1)
    EXPECT_EQ(decode(0x9002), insn(Opcode::ebreak, 0, 0, 0, 0, 0x9002, 2));
}

TEST(Decode, ReadsOnlyTheLowHalfOfACompressedInstruction) { EXPECT_EQ(decode(0xffff8082), decode(0x8082)); }

TEST(Decode, ReservedCompressedWordsAreIllegal) {
    EXPECT_EQ(decode(0x0000), insn(Opcode::illegal, 0, 0, 0, 0, 0, 2));  // all zero
    EXPECT_EQ(decode(0x0004).op, Opcode::illegal);                       // c.addi4spn with 0
    EXPECT_EQ(decode(0x8000).op, Opcode::illegal);                       // quadrant 0, funct3 4
    EXPECT_EQ(decode(0x2001).op, Opcode::illegal);                       // c.addiw x0
    EXPECT_EQ(decode(0x6101).op, Opcode::illegal);                       // c.addi16sp with 0
    EXPECT_EQ(decode(0x6501).op, Opcode::illegal);                       // c.lui with 0
    EXPECT_EQ(decode(0x9c41).op, Opcode::illegal);                       // quadrant 1, 100 1 11 10
    EXPECT_EQ(decode(0x4002).op, Opcode::illegal);                       // c.lwsp x0
    EXPECT_EQ(decode(0x6002).op, Opcode::illegal);                       // c.ldsp x0
    EXPECT_EQ(decode(0x8002).op, Opcode::illegal);                       // c.jr x0
}

TEST(Decode, CompressedHintsDecodeAsTheirExpansion) {
    EXPECT_EQ(decode(0x0001), insn(Opcode::addi, 0, 0, 0, 0, 0x0001, 2));    // c.nop
    EXPECT_EQ(decode(0x0005), insn(Opcode::addi, 0, 0, 0, 1, 0x0005, 2));    // c.nop 1
    EXPECT_EQ(decode(0x0501), insn(Opcode::addi, 10, 10, 0, 0, 0x0501, 2));  // c.addi a0, 0
    EXPECT_EQ(decode(0x4005), insn(Opcode::addi, 0, 0, 0, 1, 0x4005, 2));    // c.li x0, 1
    EXPECT_EQ(decode(0x6005), insn(Opcode::lui, 0, 0, 0, 4096, 0x6005, 2));  // c.lui x0, 1
    EXPECT_EQ(decode(0x802e), insn(Opcode::add, 0, 0, 11, 0, 0x802e, 2));    // c.mv x0, a1
}

TEST(DecodeTables, NoTwoLinesMatchOneWord) {
    for (std::size_t a = 1; a < kOpcodeCount; ++a) {
        for (std::size_t b = a + 1; b < kOpcodeCount; ++b) {
            const std::uint32_t both = kEncodings[a].mask & kEncodings[b].mask;
            EXPECT_NE(kEncodings[a].match & both, kEncodings[b].match & both)
                << kEncodings[a].name << " and " << kEncodings[b].name;
        }
    }
}

TEST(DecodeTables, NamesAreUnique) {
    std::set<std::string_view> names;
    for (const Encoding& line : kEncodings) EXPECT_TRUE(names.insert(line.name).second) << line.name;
    for (const CompressedEncoding& line : kCompressed)
        EXPECT_TRUE(names.insert(line.name).second) << line.name;
}

TEST(DecodeTables, EveryWordLineHasLowBitsOfAFullInstruction) {
    for (std::size_t i = 1; i < kOpcodeCount; ++i) {
        EXPECT_EQ(kEncodings[i].mask & 3, 3u) << kEncodings[i].name;
        EXPECT_EQ(kEncodings[i].match & 3, 3u) << kEncodings[i].name;
    }
}

TEST(DecodeTables, EveryCompressedLineIsReachable) {
    std::set<std::string_view> seen;
    for (std::uint32_t half = 0; half < 0x10000; ++half) {
        if (instruction_length(half) != 2) continue;
        const auto* line = compressed_encoding(static_cast<std::uint16_t>(half));
        EXPECT_EQ(decode(half).op == Opcode::illegal, line == nullptr);
        if (line != nullptr) seen.insert(line->name);
    }
    EXPECT_EQ(seen.size(), kCompressed.size());
}

}  // namespace
}  // namespace vm::guest::riscv
