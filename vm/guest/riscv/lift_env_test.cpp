#include "vm/guest/riscv/lift_env.h"

#include <cstring>

#include "vm/guest/riscv/hart_slots.h"
#include "vm/guest/riscv/lift_fixture.h"

namespace vm::guest::riscv {
namespace {

using LiftEnvTest = LiftTest;

TEST_F(LiftEnvTest, SlotsLieWhereTheHartKeepsItsRegisters) {
    Hart hart(CsrFile(HartKind::user_program, 0, [] { return std::uint64_t{0}; }));
    for (unsigned number = 0; number < 32; ++number) {
        hart.x[number] = 100 + number;
        hart.f[number] = 200 + number;
    }
    const auto at = [&](std::uint32_t offset) {
        std::uint64_t value = 0;
        std::memcpy(&value, reinterpret_cast<const std::byte*>(&hart) + offset, sizeof value);
        return value;
    };
    for (unsigned number = 0; number < 32; ++number) {
        EXPECT_EQ(at(x_slot(number).offset), 100 + number);
        EXPECT_EQ(at(f_slot(number).offset), 200 + number);
        EXPECT_LE(f_slot(number).offset + 8, kSlotsEnd);
    }
    EXPECT_STREQ(x_slot(9).name.data(), "x9");
    EXPECT_STREQ(f_slot(31).name.data(), "f31");
}

TEST_F(LiftEnvTest, RegistersAreReadOnceAndWrittenInTheLog) {
    EXPECT_EQ(lift_insns({r(Opcode::add, 10, 11, 12), i(Opcode::addi, 10, 10, 5)}), R"(%0 = get i64 x11
%1 = get i64 x12
%2 = add i64 %0, %1
%3 = add i64 %2, 5
x10 <- %2
x10 <- %3
goto @ pc=0x1008 retired=2
)");
}

TEST_F(LiftEnvTest, OneRegisterMayBeAllOperands) {
    EXPECT_EQ(lift_insns({r(Opcode::add, 5, 5, 5), r(Opcode::xor_, 5, 5, 5)}), R"(%0 = get i64 x5
%1 = add i64 %0, %0
x5 <- %1
x5 <- 0
goto @ pc=0x1008 retired=2
)");
}

TEST_F(LiftEnvTest, X0IsZeroAndWhatIsWrittenToItIsLost) {
    EXPECT_EQ(lift_insns({r(Opcode::add, 6, 0, 0), i(Opcode::lui, 0, 0, 0x5000), r(Opcode::add, 7, 0, 8)}),
              R"(%0 = get i64 x8
x6 <- 0
x7 <- %0
goto @ pc=0x100c retired=3
)");
}

TEST_F(LiftEnvTest, ALoadToX0StillHappens) {
    EXPECT_EQ(lift_insns({i(Opcode::ld, 0, 10, 0)}, 2), R"(%0 = get i64 x10
%1 = load i64 u64 [%0] @ pc=0x1000 retired=0
goto @ pc=0x1004 retired=1
)");
}

TEST_F(LiftEnvTest, WordOperationsAreThoseOf32BitsExtendedAtTheExit) {
    EXPECT_EQ(lift_insns({r(Opcode::addw, 10, 11, 12)}, 1), R"(%0 = get i64 x11
%1 = get i64 x12
%2 = low i32 %0
%3 = low i32 %1
%4 = add i32 %2, %3
x10 <- sext %4
goto @ pc=0x1004 retired=1
)");
    EXPECT_EQ(lift_insns({r(Opcode::srlw, 10, 11, 12)}, 1), R"(%0 = get i64 x11
%1 = get i64 x12
%2 = low i32 %0
%3 = low i32 %1
%4 = shr i32 %2, %3
x10 <- sext %4
goto @ pc=0x1004 retired=1
)");
    EXPECT_EQ(lift_insns({r(Opcode::rolw, 10, 11, 12)}, 1), R"(%0 = get i64 x11
%1 = get i64 x12
%2 = low i32 %0
%3 = low i32 %1
%4 = rotl i32 %2, %3
x10 <- sext %4
goto @ pc=0x1004 retired=1
)");
}

TEST_F(LiftEnvTest, AddressesFormConstantsAtOnce) {
    EXPECT_EQ(lift_insns({i(Opcode::auipc, 10, 0, 0x2000), i(Opcode::addi, 10, 10, -8)}), R"(x10 <- 0x3000
x10 <- 0x2ff8
goto @ pc=0x1008 retired=2
)");
}

TEST_F(LiftEnvTest, AccessesLeaveBeforeTheirInstruction) {
    EXPECT_EQ(lift_insns({i(Opcode::lw, 10, 11, 8), s(Opcode::sb, 11, 10, -1)}, 1), R"(%0 = get i64 x11
%1 = load i64 s32 [%0 + 8] @ pc=0x1000 retired=0
%2 = low i32 %1
x10 <- %1
store u8 [%0 - 1], %2 @ pc=0x1004 retired=1
goto @ pc=0x1008 retired=2
)");
}

TEST_F(LiftEnvTest, AccessesSayThatTheyMayMeetDevices) {
    request_.context.reach = ir::Reach::device;
    EXPECT_EQ(lift_insns({i(Opcode::lbu, 10, 11, 0), s(Opcode::sd, 11, 10, 0)}), R"(%0 = get i64 x11
%1 = load i64 u8 device [%0] @ pc=0x1000 retired=0
x10 <- %1
store u64 device [%0], %1 @ pc=0x1004 retired=1
goto @ pc=0x1008 retired=2
)");
}

TEST_F(LiftEnvTest, LoadsToFloatingPointRegistersAreOfTheirTypes) {
    EXPECT_EQ(lift_insns({i(Opcode::flw, 10, 11, 4), i(Opcode::fld, 12, 11, 8)}, 1), R"(%0 = get i64 x11
%1 = load f32 u32 [%0 + 4] @ pc=0x1000 retired=0
f10 <- box %1
%2 = load f64 u64 [%0 + 8] @ pc=0x1004 retired=1
f12 <- %2
goto @ pc=0x1008 retired=2
)");
}

TEST_F(LiftEnvTest, SinglesAreStoredWhetherBoxedOrNot) {
    EXPECT_EQ(lift_insns({s(Opcode::fsw, 11, 10, 4), s(Opcode::fsd, 11, 10, 8)}, 1), R"(%0 = get i64 x11
%1 = get f64 f10
%2 = bits i64 %1
%3 = low i32 %2
store u32 [%0 + 4], %3 @ pc=0x1000 retired=0
store u64 [%0 + 8], %1 @ pc=0x1004 retired=1
goto @ pc=0x1008 retired=2
)");
}

TEST_F(LiftEnvTest, DoublesAreComputedOnAsTheyAre) {
    EXPECT_EQ(lift_insns({rounded(r(Opcode::fadd_d, 10, 11, 12), kDynamicRounding)}), R"(%0 = get f64 f11
%1 = get f64 f12
%2 = fadd f64 dyn %0, %1
%3 = canon f64 %2
f10 <- %3
goto @ pc=0x1004 retired=1
)");
}

TEST_F(LiftEnvTest, SinglesAreUnboxedAndBoxed) {
    EXPECT_EQ(
        lift_insns({rounded(r(Opcode::fmul_s, 10, 11, 12), 1), rounded(r(Opcode::fsqrt_s, 10, 10, 0), 0)}),
        R"(%0 = get f64 f11
%1 = unbox f32 %0
%2 = get f64 f12
%3 = unbox f32 %2
%4 = fmul f32 rtz %1, %3
%5 = canon f32 %4
%6 = box f64 %5
%7 = fsqrt f32 rne %4
%8 = canon f32 %7
%9 = box f64 %8
f10 <- %6
f10 <- %9
goto @ pc=0x1008 retired=2
)");
}

TEST_F(LiftEnvTest, ASingleIsUnboxedOnce) {
    EXPECT_EQ(lift_insns({r(Opcode::feq_s, 10, 11, 11), r(Opcode::fclass_s, 12, 11, 0)}), R"(%0 = get f64 f11
%1 = unbox f32 %0
%2 = feq i64 %1, %1
%3 = fclass i64 %1
x10 <- %2
x12 <- %3
goto @ pc=0x1008 retired=2
)");
}

TEST_F(LiftEnvTest, ADoubleThatReplacesASingleIsUnboxedAnew) {
    EXPECT_EQ(lift_insns({r(Opcode::fclass_s, 10, 11, 0), r(Opcode::fsgnj_d, 11, 12, 12),
                          r(Opcode::fclass_s, 13, 11, 0)},
                         1),
              R"(%0 = get f64 f11
%1 = unbox f32 %0
%2 = fclass i64 %1
%3 = get f64 f12
%4 = unbox f32 %3
%5 = fclass i64 %4
x10 <- %2
f11 <- %3
x13 <- %5
goto @ pc=0x100c retired=3
)");
}

TEST_F(LiftEnvTest, FusedFormsHaveTheirSigns) {
    Insn insn = rounded(r(Opcode::fnmsub_d, 10, 11, 12), 3);
    insn.rs3 = 13;
    EXPECT_EQ(lift_insns({insn}), R"(%0 = get f64 f11
%1 = get f64 f12
%2 = get f64 f13
%3 = fnmsub f64 rup %0, %1, %2
%4 = canon f64 %3
f10 <- %4
goto @ pc=0x1004 retired=1
)");
}

TEST_F(LiftEnvTest, SignInjectionIsOneOperation) {
    EXPECT_EQ(lift_insns({r(Opcode::fsgnj_d, 10, 11, 12), r(Opcode::fsgnjn_d, 13, 11, 11),
                          r(Opcode::fsgnjx_d, 14, 11, 11)},
                         1),
              R"(%0 = get f64 f11
%1 = get f64 f12
%2 = fsgnj f64 %0, %1
%3 = fneg f64 %0
%4 = fabs f64 %0
f10 <- %2
f13 <- %3
f14 <- %4
goto @ pc=0x100c retired=3
)");
    EXPECT_EQ(lift_insns({r(Opcode::fsgnjn_s, 10, 11, 12)}, 1), R"(%0 = get f64 f11
%1 = unbox f32 %0
%2 = get f64 f12
%3 = unbox f32 %2
%4 = fneg f32 %3
%5 = fsgnj f32 %1, %4
f10 <- box %5
goto @ pc=0x1004 retired=1
)");
}

TEST_F(LiftEnvTest, MovesBetweenTheFilesAreBits) {
    EXPECT_EQ(lift_insns({r(Opcode::fmv_x_w, 10, 11, 0), r(Opcode::fmv_w_x, 12, 13, 0),
                          r(Opcode::fmv_x_d, 14, 15, 0), r(Opcode::fmv_d_x, 16, 17, 0)}),
              R"(%0 = get f64 f11
%1 = bits i64 %0
%2 = low i32 %1
%3 = sext i64 %2
%4 = get i64 x13
%5 = low i32 %4
%6 = float f32 %5
%7 = box f64 %6
%8 = get f64 f15
%9 = bits i64 %8
%10 = get i64 x17
%11 = float f64 %10
x10 <- %3
f12 <- %7
x14 <- %9
f16 <- %11
goto @ pc=0x1010 retired=4
)");
}

TEST_F(LiftEnvTest, ConversionsToWordsExtendTheSignOfUnsignedOnesToo) {
    EXPECT_EQ(
        lift_insns({rounded(r(Opcode::fcvt_wu_d, 10, 11, 0), 1), rounded(r(Opcode::fcvt_l_d, 12, 11, 0), 2)}),
        R"(%0 = get f64 f11
%1 = float_to_unsigned i32 rtz %0
%2 = sext i64 %1
%3 = float_to_signed i64 rdn %0
x10 <- %2
x12 <- %3
goto @ pc=0x1008 retired=2
)");
}

TEST_F(LiftEnvTest, ConversionsFromWordsLookAtTheLowHalf) {
    EXPECT_EQ(
        lift_insns({rounded(r(Opcode::fcvt_d_w, 10, 11, 0), 0), rounded(r(Opcode::fcvt_d_lu, 12, 11, 0), 0)}),
        R"(%0 = get i64 x11
%1 = low i32 %0
%2 = signed_to_float f64 rne %1
%3 = unsigned_to_float f64 rne %0
f10 <- %2
f12 <- %3
goto @ pc=0x1008 retired=2
)");
}

TEST_F(LiftEnvTest, FormatsAreConverted) {
    EXPECT_EQ(
        lift_insns({rounded(r(Opcode::fcvt_s_d, 10, 11, 0), 0), rounded(r(Opcode::fcvt_d_s, 12, 11, 0), 0)},
                   1),
        R"(%0 = get f64 f11
%1 = fnarrow f32 rne %0
%2 = unbox f32 %0
%3 = fwiden f64 %2
f10 <- box_canon %1
f12 <- canon %3
goto @ pc=0x1008 retired=2
)");
}

TEST_F(LiftEnvTest, ComparisonsAndClassesGoToIntegerRegisters) {
    EXPECT_EQ(lift_insns({r(Opcode::fle_d, 10, 11, 12), r(Opcode::fclass_d, 13, 11, 0)}), R"(%0 = get f64 f11
%1 = get f64 f12
%2 = fle i64 %0, %1
%3 = fclass i64 %0
x10 <- %2
x13 <- %3
goto @ pc=0x1008 retired=2
)");
}

TEST_F(LiftEnvTest, OnlyReadsBehindWritesTakeAFullFence) {
    constexpr std::int32_t kR = 2;
    constexpr std::int32_t kW = 1;
    const auto fence = [](std::int32_t before, std::int32_t after) {
        return i(Opcode::fence, 0, 0, before << 4 | after);
    };
    EXPECT_EQ(lift_insns({fence(15, 15), fence(kW, kR), fence(kR, kR | kW), fence(kR | kW, kW)}),
              R"(fence full
fence full
fence acquire
fence release
goto @ pc=0x1010 retired=4
)");
}

TEST_F(LiftEnvTest, AtomicsAreCallsThatLeaveBeforeTheirInstruction) {
    request_.context.atomics_by_helper = true;
    EXPECT_EQ(lift_insns(
                  {i(Opcode::lr_w, 10, 11, 0), r(Opcode::sc_d, 12, 11, 10), r(Opcode::amomaxu_d, 0, 11, 12)}),
              R"(%0 = get i64 x11
%1 = call i64 0(%0) exits reads writes @ pc=0x1000 retired=0
x10 <- %1
%2 = call i64 3(%0, %1) exits reads writes @ pc=0x1004 retired=1
x12 <- %2
%3 = call i64 21(%0, %2) exits reads writes @ pc=0x1008 retired=2
goto @ pc=0x100c retired=3
)");
}

TEST_F(LiftEnvTest, JumpsTellCallsAndReturnsByTheirRegisters) {
    EXPECT_EQ(lift_insns({i(Opcode::jal, 0, 0, 16)}), "goto @ pc=0x1010 retired=1\n");
    EXPECT_EQ(lift_insns({i(Opcode::jal, 5, 0, -16)}),
              "x5 <- 0x1004\ngoto call=0x1004 @ pc=0xff0 retired=1\n");
    EXPECT_EQ(lift_insns({i(Opcode::jalr, 0, 1, 0)}), R"(%0 = get i64 x1
%1 = and i64 %0, -2
goto_value return %1 @ pc=0x1000 retired=1
)");
    EXPECT_EQ(lift_insns({i(Opcode::jalr, 0, 10, 4)}), R"(%0 = get i64 x10
%1 = add i64 %0, 4
%2 = and i64 %1, -2
goto_value %2 @ pc=0x1000 retired=1
)");
}

TEST_F(LiftEnvTest, AJumpThroughTheRegisterThatItWritesGoesWhereItPointedBefore) {
    EXPECT_EQ(lift_insns({i(Opcode::jalr, 1, 1, 0)}), R"(%0 = get i64 x1
%1 = and i64 %0, -2
x1 <- 0x1004
goto_value call=0x1004 %1 @ pc=0x1000 retired=1
)");
}

TEST_F(LiftEnvTest, AJumpToAKnownAddressIsDirect) {
    EXPECT_EQ(lift_insns({i(Opcode::auipc, 6, 0, 0x2000), i(Opcode::jalr, 1, 6, 9)}), R"(x6 <- 0x3000
x1 <- 0x1008
goto call=0x1008 @ pc=0x3008 retired=2
)");
}

TEST_F(LiftEnvTest, BranchesAreRelationsOfTheirOperands) {
    EXPECT_EQ(lift_insns({s(Opcode::bltu, 10, 11, 16)}, 1), R"(%0 = get i64 x10
%1 = get i64 x11
branch ltu %0, %1 @ pc=0x1010 retired=1
goto @ pc=0x1004 retired=1
)");
}

TEST_F(LiftEnvTest, ABranchThatIsKnownIsNone) {
    EXPECT_EQ(lift_insns({s(Opcode::bne, 0, 0, 16), s(Opcode::beq, 0, 0, -4)}),
              "goto @ pc=0x1000 retired=2\n");
}

}  // namespace
}  // namespace vm::guest::riscv
