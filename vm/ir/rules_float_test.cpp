#include "vm/ir/expression.h"
#include "vm/ir/simplify.h"

namespace vm::ir {
namespace {

class RulesFloat : public ExpressionTest {
  protected:
    Value add(Value a, Value other) { return b.rounded(Opcode::fadd, Rounding::dyn, a, other); }
};

TEST_F(RulesFloat, ArithmeticIsNeverComputedHere) {
    const Value one = b.constant(Type::f64, 0x3ff0'0000'0000'0000);
    EXPECT_EQ(text(add(one, one)),
              "canon.f64(fadd.f64<dyn>(0x3ff0000000000000:f64, 0x3ff0000000000000:f64))");
}

TEST_F(RulesFloat, ArithmeticDoesNotAskForCanonicalNans) {
    EXPECT_EQ(text(add(add(d, e), e)), "canon.f64(fadd.f64<dyn>(fadd.f64<dyn>(d, e), e))");
    EXPECT_EQ(text(b.flt(add(s, t), t)), "flt(fadd.f32<dyn>(s, t), t)");
    EXPECT_EQ(text(b.fclass(add(d, e))), "fclass(fadd.f64<dyn>(d, e))");
    EXPECT_EQ(text(b.fwiden(add(s, t))), "canon.f64(fwiden.f64(fadd.f32<dyn>(s, t)))");
}

TEST_F(RulesFloat, ASignallingNanIsNotPassedOffAsAQuietOne) {
    EXPECT_EQ(text(add(b.canon(d), e)), "canon.f64(fadd.f64<dyn>(canon.f64(d), e))");
}

TEST_F(RulesFloat, WhatLooksAtBitsSeesCanonicalNans) {
    EXPECT_EQ(text(b.bits(add(d, e))), "bits(canon.f64(fadd.f64<dyn>(d, e)))");
    EXPECT_EQ(text(b.box(add(s, t))), "box.f64(canon.f32(fadd.f32<dyn>(s, t)))");
    EXPECT_EQ(text(b.fneg(add(d, e))), "fneg.f64(canon.f64(fadd.f64<dyn>(d, e)))");
}

TEST_F(RulesFloat, WhatIsCanonicalStaysSo) {
    EXPECT_EQ(text(b.canon(b.fmin(d, e))), "fmin.f64(d, e)");
    EXPECT_EQ(text(b.canon(b.canon(d))), "canon.f64(d)");
    EXPECT_EQ(text(b.canon(b.convert(Opcode::signed_to_float, Type::f64, Rounding::dyn, x))),
              "signed_to_float.f64<dyn>(x)");
}

TEST_F(RulesFloat, SignsOfSignsComeTogether) {
    EXPECT_EQ(text(b.fneg(b.fneg(d))), "d");
    EXPECT_EQ(text(b.fabs(b.fneg(d))), "fabs.f64(d)");
    EXPECT_EQ(text(b.fabs(b.fabs(d))), "fabs.f64(d)");
    EXPECT_EQ(text(b.fsgnj(d, d)), "d");
    EXPECT_EQ(text(b.fsgnj(d, b.fneg(d))), "fneg.f64(d)");
    EXPECT_EQ(text(b.fsgnj(b.fabs(d), e)), "fsgnj.f64(d, e)");
}

TEST_F(RulesFloat, ConversionsOfBitsUndoOneAnother) {
    EXPECT_EQ(text(b.bits(b.float_(x))), "x");
    EXPECT_EQ(text(b.float_(b.bits(s))), "s");
    EXPECT_EQ(text(b.unbox(b.box(s))), "s");
    EXPECT_EQ(text(b.box(b.unbox(d))), "box.f64(unbox.f32(d))");
}

TEST_F(RulesFloat, SignInjectionInIntegersIsFoundOut) {
    const Value a = b.bits(d);
    const Value other = b.bits(e);
    const Value sign = b.i64(1ull << 63);
    const Value rest = b.i64(~0ull >> 1);
    EXPECT_EQ(text(b.float_(b.xor_(a, sign))), "fneg.f64(d)");
    EXPECT_EQ(text(b.float_(b.and_(a, rest))), "fabs.f64(d)");
    const Value magnitude = b.and_(a, rest);
    const Value other_sign = b.and_(other, sign);
    EXPECT_EQ(text(b.float_(b.or_(magnitude, other_sign))), "fsgnj.f64(d, e)");
    EXPECT_EQ(text(b.float_(b.or_(other_sign, magnitude))), "fsgnj.f64(d, e)");
    const Value opposite_sign = b.and_(b.not_(other), sign);
    EXPECT_EQ(text(b.float_(b.or_(magnitude, opposite_sign))), "fsgnj.f64(d, fneg.f64(e))");
}

TEST_F(RulesFloat, SignInjectionOfSinglesIsFoundOutAmongWords) {
    const Value word = b.bits(s);
    EXPECT_EQ(text(b.float_(b.xor_(word, b.i32(0x8000'0000)))), "fneg.f32(s)");
    const Value other_sign = b.and_(b.bits(t), b.i32(0x8000'0000));
    const Value magnitude = b.and_(word, b.i32(0x7fff'ffff));
    EXPECT_EQ(text(b.float_(b.or_(magnitude, other_sign))), "fsgnj.f32(s, t)");
}

}  // namespace
}  // namespace vm::ir
