#include "vm/jit/serve.h"

#include <gtest/gtest.h>

#include "vm/ir/evaluate_float.h"
#include "vm/jit/host_registers.h"

namespace vm::jit {
namespace {

using Kind = Place::Kind;

constexpr unsigned kPlainMode = 0x1f80;  // all exceptions masked, none raised
constexpr unsigned kTowardsZero = kPlainMode | 3u << 13;
constexpr unsigned kInexactBit = 32;

class ServeTest : public ::testing::Test {
  protected:
    ServeTest() {
        frame_.run = &run_;
        site_.block = &block_;
        __builtin_ia32_ldmxcsr(kPlainMode);
    }
    ~ServeTest() override { __builtin_ia32_ldmxcsr(before_); }

    void make(ir::Opcode op, ir::Type type, Place a, Place b, Place result) {
        site_.node.op = op;
        site_.node.type = type;
        site_.node.operands = {ir::Value::node(0), ir::Value::node(1)};
        site_.operand_types = {type, type};
        site_.operands = {a, b};
        site_.result = result;
    }

    unsigned before_ = __builtin_ia32_stmxcsr();
    NativeRun run_;
    NativeFrame frame_;
    NativeBlock block_;
    Site site_;
};

TEST_F(ServeTest, ValuesAreComputedFromPlacesToPlaces) {
    frame_.spills[3] = 40;
    block_.constants = {2};
    make(ir::Opcode::add, ir::Type::i64, {Kind::spill, 3}, {Kind::constant, 0}, {Kind::general, kRdx});
    serve_value(frame_, site_);
    EXPECT_EQ(frame_.saved.general[kRdx], 42u);
}

TEST_F(ServeTest, OperandsHaveNoBitsAboveTheirWidth) {
    frame_.saved.general[kRcx] = 0xffff'ffff'0000'0001;
    make(ir::Opcode::add, ir::Type::i32, {Kind::general, kRcx}, {Kind::general, kRcx}, {Kind::general, kRdx});
    EXPECT_EQ(read_operands(frame_, site_)[0], 1u);
}

TEST_F(ServeTest, FloatingPointRoundsAsTheGuestDoesAndRaisesNothingButTheGuestsFlags) {
    frame_.saved.vector[4] = 0x3ff0'0000'0000'0000;  // 1
    frame_.saved.vector[5] = 0xbc90'0000'0000'0000;  // less than half of its last place
    make(ir::Opcode::fadd, ir::Type::f64, {Kind::vector, 4}, {Kind::vector, 5}, {Kind::vector, 6});
    site_.node.detail = ir::plain_detail(ir::Rounding::dyn);
    __builtin_ia32_ldmxcsr(kTowardsZero);
    serve_value(frame_, site_);
    EXPECT_EQ(frame_.saved.vector[6], 0x3fef'ffff'ffff'ffffu);
    EXPECT_EQ(__builtin_ia32_stmxcsr(), kTowardsZero | kInexactBit);
}

TEST_F(ServeTest, TheGuestsModeAndFlagsOutliveWhatIsComputedMeanwhile) {
    __builtin_ia32_ldmxcsr(kTowardsZero);
    {
        const GuestMxcsr guest;
        EXPECT_EQ(guest.rounding(), ir::Rounding::rtz);
        __builtin_ia32_ldmxcsr(kPlainMode | kInexactBit);
    }
    EXPECT_EQ(__builtin_ia32_stmxcsr(), kTowardsZero);
}

TEST_F(ServeTest, EveryFlagHasItsPlaceInTheHost) {
    {
        GuestMxcsr guest;
        guest.raise(ir::kInvalid | ir::kDivideByZero | ir::kOverflow | ir::kUnderflow | ir::kInexact);
    }
    EXPECT_EQ(__builtin_ia32_stmxcsr(), kPlainMode | 1u | 4u | 8u | 16u | 32u);
}

TEST_F(ServeTest, ARunThatEndsGivesBackWhatIsNotRetired) {
    block_.instructions = 10;
    site_.pc = 0x1008;
    site_.retired = 3;
    frame_.saved.general[kCountdownRegister] = 100;
    end_run(frame_, site_, NativeExit::Kind::fault, 0x5000);
    EXPECT_EQ(run_.exit.kind, NativeExit::Kind::fault);
    EXPECT_EQ(run_.exit.site, &site_);
    EXPECT_EQ(run_.exit.pc, 0x1008u);
    EXPECT_EQ(run_.exit.value, 0x5000u);
    EXPECT_EQ(run_.exit.countdown, 107);
}

}  // namespace
}  // namespace vm::jit
