#include "vm/guest/riscv/generate_items.h"

#include <gtest/gtest.h>

#include "vm/guest/riscv/decode.h"

namespace vm::guest::riscv {
namespace {

constexpr std::uint8_t kSp = 2;

std::vector<Insn> items(ItemWriter& writer, int count) {
    ProgramCode code;
    for (int i = 0; i < count; ++i) writer.item(code);
    std::vector<Insn> insns;
    for (std::size_t at = 0; at < code.size(); at += insns.back().length / 2u) {
        std::uint32_t bits = code[at];
        if (instruction_length(bits) == 4) bits |= std::uint32_t{code.at(at + 1)} << 16;
        insns.push_back(decode(bits));
    }
    return insns;
}

TEST(ItemWriter, NeverWritesBaseAndMovesSpOnlyBackAndForth) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        RandomValues random(seed);
        ItemWriter writer(random, Zicond::included);
        std::int64_t moved = 0;
        for (const Insn& insn : items(writer, 200)) {
            if (!encoding(insn.op).has_operand("rd")) continue;
            ASSERT_NE(insn.rd, writer.base());
            if (insn.rd != kSp) continue;
            ASSERT_EQ(insn.op, Opcode::addi);
            ASSERT_EQ(insn.rs1, kSp);
            moved += insn.imm;
        }
        EXPECT_EQ(moved, 0);
    }
}

TEST(ItemWriter, AccessesThroughTheTwoPointersStayInsideTheData) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        RandomValues random(seed);
        ItemWriter writer(random, Zicond::included);
        for (const Insn& insn : items(writer, 200)) {
            const Encoding& line = encoding(insn.op);
            if (!line.operands.ends_with("imm(rs1)") || insn.op == Opcode::jalr) continue;
            if (insn.rs1 != writer.base() && insn.rs1 != kSp) continue;
            const std::size_t pointer = insn.rs1 == kSp ? writer.sp_offset() : writer.base_offset();
            const auto offset = static_cast<std::int64_t>(pointer) + insn.imm;
            const bool stores = line.format == Format::S;
            ASSERT_GE(offset,
                      static_cast<std::int64_t>(stores ? program_data::kScratch : program_data::kConstants));
            ASSERT_LE(offset + 8, static_cast<std::int64_t>(program_data::kSize));
        }
    }
}

TEST(ItemWriter, EmitsBothFormsOfWhatCanBeCompressed) {
    RandomValues random(1);
    ItemWriter writer(random, Zicond::left_out);
    ProgramCode code;
    for (int i = 0; i < 100; ++i) writer.emit(code, make_insn(Opcode::add, 10, 10, 11, 0));
    EXPECT_GT(code.size(), 100u);
    EXPECT_LT(code.size(), 200u);
}

}  // namespace
}  // namespace vm::guest::riscv
