#include "vm/guest/riscv/lifter.h"

#include "vm/guest/riscv/encode.h"
#include "vm/guest/riscv/encoding.h"
#include "vm/guest/riscv/lift_fixture.h"
#include "vm/guest/riscv/traits.h"

namespace vm::guest::riscv {
namespace {

class LifterTest : public LiftTest {
  protected:
    // Checks that a block of an addi and this instruction leaves before it.
    void expect_left(const Insn& insn, std::string_view kind = "leave interpret") {
        const std::string text = lift_insns({i(Opcode::addi, 10, 0, 7), insn, i(Opcode::addi, 11, 0, 8)});
        EXPECT_TRUE(text.ends_with("x10 <- 7\n" + std::string(kind) + " @ pc=0x1004 retired=1\n"))
            << encoding(insn.op).name << "\n"
            << text;
        EXPECT_EQ(lifted_.instructions, 1u);
        EXPECT_EQ(lifted_.bytes, 8u);
    }
};

TEST_F(LifterTest, ALoopBranchesBackToItsStart) {
    const std::string text = lift_insns({i(Opcode::lw, 12, 10, 0), i(Opcode::addi, 10, 10, 4),
                                         r(Opcode::addw, 13, 13, 12), s(Opcode::bne, 10, 11, -12)},
                                        2);
    EXPECT_EQ(text, R"(%0 = get i64 x10
%1 = load i64 s32 [%0] @ pc=0x1000 retired=0
%2 = add i64 %0, 4
%3 = get i64 x13
%4 = low i32 %1
%5 = low i32 %3
%6 = add i32 %4, %5
%7 = get i64 x11
x12 <- %1
x10 <- %2
x13 <- sext %6
branch ne %2, %7 @ pc=0x1000 retired=4
goto @ pc=0x1010 retired=4
)");
    EXPECT_EQ(lifted_.instructions, 4u);
    EXPECT_EQ(lifted_.bytes, 16u);
}

TEST_F(LifterTest, ATraceGoesOnBehindBranches) {
    request_.branches = Branches::side_exit;
    EXPECT_EQ(lift_insns({s(Opcode::beq, 10, 0, 64), i(Opcode::addi, 10, 10, 1), s(Opcode::bge, 10, 11, -4),
                          i(Opcode::jal, 0, 0, 8)},
                         1),
              R"(%0 = get i64 x10
branch eq %0, 0 @ pc=0x1040 retired=1
%2 = add i64 %0, 1
%3 = get i64 x11
x10 <- %2
branch ges %2, %3 @ pc=0x1004 retired=3
goto @ pc=0x1014 retired=4
)");
    EXPECT_EQ(lifted_.instructions, 4u);
}

TEST_F(LifterTest, ATraceGoesRoundALoopAFewTimes) {
    request_.branches = Branches::side_exit;
    request_.max_instructions = 7;
    EXPECT_EQ(lift_insns({i(Opcode::addi, 10, 10, 1), i(Opcode::addi, 12, 10, 0), s(Opcode::bge, 10, 11, -8),
                          i(Opcode::addi, 10, 10, 1)},
                         1),
              R"(%0 = get i64 x10
%1 = add i64 %0, 1
%2 = get i64 x11
x10 <- %1
x12 <- %1
branch lts %1, %2 @ pc=0x100c retired=3
%4 = add i64 %0, 2
x10 <- %4
x12 <- %4
branch lts %4, %2 @ pc=0x100c retired=6
goto @ pc=0x1000 retired=6
)");
    EXPECT_EQ(lifted_.instructions, 6u);
    EXPECT_EQ(lifted_.bytes, 12u);
}

TEST_F(LifterTest, ATraceEndsWhereALoopGoesBackThatIsTooLongForMore) {
    request_.branches = Branches::side_exit;
    request_.max_instructions = 3;
    EXPECT_EQ(
        lift_insns({i(Opcode::addi, 10, 10, 1), s(Opcode::bge, 10, 11, -4), i(Opcode::addi, 10, 10, 1)}, 1),
        R"(%0 = get i64 x10
%1 = add i64 %0, 1
%2 = get i64 x11
x10 <- %1
branch lts %1, %2 @ pc=0x1008 retired=2
goto @ pc=0x1000 retired=2
)");
    EXPECT_EQ(lifted_.instructions, 2u);
}

TEST_F(LifterTest, CompressedInstructionsAreWhatTheyExpandToAndTwoBytesLong) {
    for (const Insn& insn :
         {i(Opcode::addi, 10, 10, 3), r(Opcode::add, 11, 0, 10), i(Opcode::jalr, 1, 11, 0)}) {
        const auto half = compress(insn);
        ASSERT_TRUE(half.has_value());
        code_.push_back(*half);
    }
    EXPECT_EQ(lift_code(), R"(%0 = get i64 x10
%1 = add i64 %0, 3
%2 = and i64 %1, -2
x10 <- %1
x11 <- %1
x1 <- 0x1006
goto_value call=0x1006 %2 @ pc=0x1004 retired=3
)");
    EXPECT_EQ(lifted_.bytes, 6u);
}

TEST_F(LifterTest, TheLimitEndsABlockWithAJumpToWhatFollows) {
    request_.max_instructions = 2;
    const std::string text =
        lift_insns({i(Opcode::addi, 10, 0, 1), i(Opcode::addi, 11, 0, 2), i(Opcode::addi, 12, 0, 3)});
    EXPECT_EQ(text, "x10 <- 1\nx11 <- 2\ngoto @ pc=0x1008 retired=2\n");
    EXPECT_EQ(lifted_.instructions, 2u);
    EXPECT_EQ(lifted_.bytes, 8u);
}

TEST_F(LifterTest, AJumpAtTheLimitIsStillTaken) {
    request_.max_instructions = 1;
    EXPECT_EQ(lift_insns({i(Opcode::jal, 0, 0, 64)}), "goto @ pc=0x1040 retired=1\n");
}

TEST_F(LifterTest, AnInstructionThatGoesOnBehindTheBytesIsNotLifted) {
    add({i(Opcode::addi, 10, 0, 1), i(Opcode::addi, 11, 0, 2)});
    request_.bytes = std::as_bytes(std::span(code_)).first(6);
    EXPECT_EQ(lift_bytes(), "x10 <- 1\ngoto @ pc=0x1004 retired=1\n");
    EXPECT_EQ(lifted_.bytes, 4u);
}

TEST_F(LifterTest, ACompressedInstructionMayBeTheLast) {
    add({i(Opcode::addi, 10, 0, 1)});
    code_.push_back(compress(i(Opcode::addi, 11, 0, 2)).value());
    EXPECT_EQ(lift_code(), "x10 <- 1\nx11 <- 2\ngoto @ pc=0x1006 retired=2\n");
}

TEST_F(LifterTest, WithoutAWholeInstructionNothingIsLifted) {
    add({i(Opcode::addi, 10, 0, 1)});
    for (std::size_t bytes = 0; bytes < 4; ++bytes) {
        request_.bytes = std::as_bytes(std::span(code_)).first(bytes);
        EXPECT_EQ(lift_bytes(), "leave interpret @ pc=0x1000 retired=0\n");
        EXPECT_EQ(lifted_.instructions, 0u);
        EXPECT_EQ(lifted_.bytes, 0u);
    }
}

TEST_F(LifterTest, WhatOnlyTheInterpreterCanDoIsLeftToIt) {
    Insn csr = i(Opcode::csrrw, 10, 11, 3);
    expect_left(csr);
    csr.op = Opcode::csrrsi;
    expect_left(csr);
    for (const Opcode op : {Opcode::fence_i, Opcode::wfi, Opcode::mret, Opcode::sret, Opcode::sfence_w_inval,
                            Opcode::sfence_inval_ir}) {
        expect_left(make_insn(op, 0, 0, 0, 0));
    }
    expect_left(r(Opcode::sfence_vma, 0, 10, 11));
    expect_left(r(Opcode::sinval_vma, 0, 10, 11));
}

TEST_F(LifterTest, AnIllegalInstructionIsLeftToTheInterpreter) {
    add({i(Opcode::addi, 10, 0, 1)});
    code_.push_back(0);  // illegal by definition (Unpriv. 26.5)
    EXPECT_EQ(lift_code(), "x10 <- 1\nleave interpret @ pc=0x1004 retired=1\n");
    EXPECT_EQ(lifted_.bytes, 6u);
    code_ = {0xffff, 0xffff};
    EXPECT_EQ(lift_code(), "leave interpret @ pc=0x1000 retired=0\n");
    EXPECT_EQ(lifted_.instructions, 0u);
}

TEST_F(LifterTest, EnvironmentCallsAndBreakpointsLeaveBeforeTheInstruction) {
    expect_left(make_insn(Opcode::ecall, 0, 0, 0, 0), "leave environment_call");
    expect_left(make_insn(Opcode::ebreak, 0, 0, 0, 0), "trap 3 0x1004");
}

TEST_F(LifterTest, AtomicsAreLeftUnlessThereAreHelpers) {
    expect_left(i(Opcode::lr_d, 10, 11, 0));
    expect_left(r(Opcode::sc_w, 10, 11, 12));
    expect_left(r(Opcode::amoadd_w, 10, 11, 12));
}

TEST_F(LifterTest, FloatingPointIsLeftWhileItIsOff) {
    request_.context.float_enabled = false;
    expect_left(i(Opcode::fld, 10, 11, 0));
    expect_left(s(Opcode::fsw, 11, 10, 0));
    expect_left(r(Opcode::fmv_x_d, 10, 11, 0));
    expect_left(rounded(r(Opcode::fadd_s, 10, 11, 12), 0));
}

TEST_F(LifterTest, RoundingThatHostsLackIsLeft) {
    for (std::uint8_t rm = 4; rm <= 6; ++rm) {
        expect_left(rounded(r(Opcode::fadd_d, 10, 11, 12), rm));
        expect_left(rounded(r(Opcode::fcvt_d_s, 10, 11, 0), rm));
    }
    request_.context.rounds_on_host = false;
    expect_left(rounded(r(Opcode::fcvt_w_s, 10, 11, 0), kDynamicRounding));
    EXPECT_TRUE(lift_insns({rounded(r(Opcode::fcvt_w_s, 10, 11, 0), 1)}).ends_with("retired=1\n"));
}

// One of each with all fields set, whole or left: none is forgotten, none half recorded.
TEST_F(LifterTest, EveryInstructionIsCompleteOrLeftWithNothingRecorded) {
    request_.context.atomics_by_helper = true;
    for (const Encoding& line : kEncodings) {
        if (line.op == Opcode::illegal) continue;
        const std::uint32_t fields = 12u << 20 | 11u << 15 | 1u << 12 | 10u << 7;
        const std::uint32_t word = line.match | (fields & ~line.mask);
        code_ = {static_cast<std::uint16_t>(word), static_cast<std::uint16_t>(word >> 16)};
        const std::string text = lift_code();
        const bool jumps = line.op == Opcode::jal or line.op == Opcode::jalr;
        const bool left = traits::has(line.op, traits::kEndsBlock) and not jumps;
        EXPECT_EQ(lifted_.instructions, left ? 0u : 1u) << line.name << "\n" << text;
        EXPECT_EQ(text.find("retired=1") == std::string::npos, left) << line.name << "\n" << text;
        EXPECT_EQ(text.find("error"), std::string::npos) << line.name << "\n" << text;
        EXPECT_TRUE(not left or block_.writes().empty()) << line.name << "\n" << text;
        EXPECT_EQ(lifted_.bytes, 4u);
    }
}

TEST_F(LifterTest, ABlockIsMadeAnewEachTime) {
    const std::string first = lift_insns({r(Opcode::add, 10, 11, 12)});
    lift_insns({s(Opcode::sd, 10, 11, 0)});
    EXPECT_EQ(lift_insns({r(Opcode::add, 10, 11, 12)}), first);
}

}  // namespace
}  // namespace vm::guest::riscv
