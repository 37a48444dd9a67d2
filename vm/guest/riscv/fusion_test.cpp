#include "vm/guest/riscv/fusion.h"

#include <gtest/gtest.h>

namespace vm::guest::riscv {
namespace {

Insn insn(Opcode op, unsigned rd, unsigned rs1, unsigned rs2) {
    Insn i;
    i.op = op;
    i.rd = static_cast<std::uint8_t>(rd);
    i.rs1 = static_cast<std::uint8_t>(rs1);
    i.rs2 = static_cast<std::uint8_t>(rs2);
    return i;
}

Forward forward_of(const Insn& first, const Insn& second) { return fused_forward(fused_pair(first, second)); }

TEST(Fusion, NumberOfAPairNamesItsOpcodes) {
    const std::size_t pair = fused_pair(insn(Opcode::slli, 5, 6, 0), insn(Opcode::xor_, 7, 8, 9));
    ASSERT_LT(pair, kFusedPairs);
    EXPECT_EQ(fused_first(pair), Opcode::slli);
    EXPECT_EQ(fused_second(pair), Opcode::xor_);
}

TEST(Fusion, OpcodesOutsideTheListsMakeNoPair) {
    EXPECT_EQ(fused_pair(insn(Opcode::div, 5, 6, 7), insn(Opcode::add, 7, 8, 9)), kFusedPairs);
    EXPECT_EQ(fused_pair(insn(Opcode::add, 5, 6, 7), insn(Opcode::ecall, 0, 0, 0)), kFusedPairs);
}

TEST(Fusion, ResultIsForwardedToTheOperandThatReadsIt) {
    const Insn first = insn(Opcode::add, 5, 6, 7);
    EXPECT_EQ(forward_of(first, insn(Opcode::add, 1, 5, 2)), Forward::rs1);
    EXPECT_EQ(forward_of(first, insn(Opcode::add, 1, 2, 5)), Forward::rs2);
    EXPECT_EQ(forward_of(first, insn(Opcode::add, 1, 5, 5)), Forward::rs1);
    EXPECT_EQ(forward_of(first, insn(Opcode::add, 5, 2, 3)), Forward::none);
}

TEST(Fusion, WriteToX0IsNotForwarded) {
    EXPECT_EQ(forward_of(insn(Opcode::add, 0, 6, 7), insn(Opcode::add, 1, 0, 2)), Forward::none);
    EXPECT_EQ(forward_of(insn(Opcode::add, 32, 6, 7), insn(Opcode::add, 1, 0, 2)), Forward::none);
}

TEST(Fusion, StoreForwardsNothing) {
    EXPECT_EQ(forward_of(insn(Opcode::sd, 0, 6, 7), insn(Opcode::sd, 0, 0, 0)), Forward::none);
}

TEST(Fusion, EveryPairAskedForIsPossible) {
    for (const Opcode a : kFusedFirst) {
        for (const Opcode b : kFusedSecond) {
            for (unsigned operands = 0; operands < 4; ++operands) {
                const Insn second = insn(b, 1, operands & 1 ? 5 : 0, operands & 2 ? 5 : 0);
                EXPECT_TRUE(fused_possible(fused_pair(insn(a, 5, 5, 5), second)));
            }
        }
    }
}

}  // namespace
}  // namespace vm::guest::riscv
