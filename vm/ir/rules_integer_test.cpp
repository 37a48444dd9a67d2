#include "vm/ir/expression.h"

namespace vm::ir {
namespace {

using RulesInteger = ExpressionTest;

TEST_F(RulesInteger, ConstantsComeTogether) {
    EXPECT_EQ(text(b.add(b.add(x, b.i64(3)), b.i64(4))), "add(x, 7)");
    EXPECT_EQ(text(b.sub(b.add(x, b.i64(3)), b.i64(4))), "add(x, -1)");
    EXPECT_EQ(text(b.xor_(b.xor_(x, b.i64(6)), b.i64(3))), "xor(x, 5)");
    EXPECT_EQ(text(b.or_(b.or_(x, b.i64(6)), b.i64(3))), "or(x, 7)");
    EXPECT_EQ(text(b.and_(b.and_(x, b.i64(6)), b.i64(3))), "and(x, 2)");
    EXPECT_EQ(text(b.mul(b.mul(x, b.i64(6)), b.i64(7))), "mul(x, 42)");
    EXPECT_EQ(text(b.add(b.add(w, b.i32(0xffff'ffff)), b.i32(1))), "w");
}

TEST_F(RulesInteger, ConstantsGoToTheRight) {
    EXPECT_EQ(text(b.add(b.i64(3), x)), "add(x, 3)");
    EXPECT_EQ(text(b.sub(b.i64(3), x)), "sub(3, x)");
}

TEST_F(RulesInteger, NeutralAndAbsorbingConstantsVanish) {
    EXPECT_EQ(text(b.add(x, b.i64(0))), "x");
    EXPECT_EQ(text(b.sub(x, b.i64(0))), "x");
    EXPECT_EQ(text(b.and_(x, b.i64(0))), "0");
    EXPECT_EQ(text(b.and_(x, b.i64(~0ull))), "x");
    EXPECT_EQ(text(b.or_(x, b.i64(0))), "x");
    EXPECT_EQ(text(b.or_(x, b.i64(~0ull))), "-1");
    EXPECT_EQ(text(b.xor_(x, b.i64(0))), "x");
    EXPECT_EQ(text(b.mul(x, b.i64(0))), "0");
    EXPECT_EQ(text(b.mul(x, b.i64(1))), "x");
    EXPECT_EQ(text(b.mul(x, b.i64(~0ull))), "sub(0, x)");
}

TEST_F(RulesInteger, AValueWithItselfIsOneOrNothing) {
    EXPECT_EQ(text(b.sub(x, x)), "0");
    EXPECT_EQ(text(b.and_(x, x)), "x");
    EXPECT_EQ(text(b.or_(x, x)), "x");
    EXPECT_EQ(text(b.xor_(x, x)), "0");
    EXPECT_EQ(text(b.andn(x, x)), "0");
    EXPECT_EQ(text(b.orn(x, x)), "-1");
    EXPECT_EQ(text(b.xnor(w, w)), "-1:i32");
    EXPECT_EQ(text(b.mins(x, x)), "x");
}

TEST_F(RulesInteger, SumsAndDifferencesCancel) {
    EXPECT_EQ(text(b.sub(b.add(x, y), x)), "y");
    EXPECT_EQ(text(b.sub(b.add(x, y), y)), "x");
    EXPECT_EQ(text(b.add(b.sub(x, y), y)), "x");
    EXPECT_EQ(text(b.add(y, b.sub(x, y))), "x");
    EXPECT_EQ(text(b.add(x, b.sub(b.i64(0), y))), "sub(x, y)");
    EXPECT_EQ(text(b.sub(x, b.sub(b.i64(0), y))), "add(x, y)");
}

TEST_F(RulesInteger, ComplementsMoveIntoTheOperation) {
    EXPECT_EQ(text(b.and_(x, b.not_(y))), "andn(x, y)");
    EXPECT_EQ(text(b.and_(b.not_(x), y)), "andn(y, x)");
    EXPECT_EQ(text(b.or_(x, b.not_(y))), "orn(x, y)");
    EXPECT_EQ(text(b.xor_(x, b.not_(y))), "xnor(x, y)");
    EXPECT_EQ(text(b.not_(b.not_(x))), "x");
    EXPECT_EQ(text(b.andn(x, b.not_(y))), "and(x, y)");
    EXPECT_EQ(text(b.orn(x, b.not_(y))), "or(x, y)");
    EXPECT_EQ(text(b.xnor(x, b.not_(y))), "xor(x, y)");
    EXPECT_EQ(text(b.andn(x, b.i64(3))), "and(x, -4)");
    EXPECT_EQ(text(b.orn(x, b.i64(3))), "or(x, -4)");
    EXPECT_EQ(text(b.xnor(x, b.i64(3))), "xor(x, -4)");
}

TEST_F(RulesInteger, MasksBecomeExtensions) {
    EXPECT_EQ(text(b.and_(x, b.i64(0xff))), "zext8(x)");
    EXPECT_EQ(text(b.and_(w, b.i32(0xffff))), "zext16.i32(w)");
}

TEST_F(RulesInteger, AMaskOfWhatCannotBeSetIsNotNeeded) {
    EXPECT_EQ(text(b.and_(b.lts(x, y), b.i64(1))), "lts(x, y)");
    EXPECT_EQ(text(b.and_(b.zext8(x), b.i64(0xfff))), "zext8(x)");
    EXPECT_EQ(text(b.and_(b.zext8(x), b.i64(0xf00))), "0");
}

TEST_F(RulesInteger, AMaskLooksThroughWhatItCutsOff) {
    EXPECT_EQ(text(b.and_(b.zext16(x), b.i64(0xff))), "zext8(x)");
    EXPECT_EQ(text(b.and_(b.sext8(x), b.i64(0x70))), "and(x, 112)");
}

TEST_F(RulesInteger, SomeBitsOfAShiftedValueAreAField) {
    EXPECT_EQ(text(b.and_(b.shr(x, b.i64(5)), b.i64(7))), "extract<5,3>(x)");
}

TEST_F(RulesInteger, HalvesOfOneValueJoin) {
    const Value rest = b.and_(x, b.i64(~0ull >> 1));
    const Value top = b.and_(x, b.i64(1ull << 63));
    EXPECT_EQ(text(b.or_(rest, top)), "x");
    EXPECT_EQ(text(b.xor_(x, top)), "and(x, 0x7fffffffffffffff)");
    const Value flipped = b.and_(b.not_(x), b.i64(1ull << 63));
    EXPECT_EQ(text(b.or_(rest, flipped)), "xor(x, 0x8000000000000000)");
}

TEST_F(RulesInteger, InvertedComparisonsAreTheOppositeOnes) {
    EXPECT_EQ(text(b.xor_(b.ltu(x, y), b.i64(1))), "geu(x, y)");
}

TEST_F(RulesInteger, PowersOfTwoBecomeShiftsAndMasks) {
    EXPECT_EQ(text(b.mul(x, b.i64(8))), "shl(x, 3)");
    EXPECT_EQ(text(b.mulhu(x, b.i64(16))), "shr(x, 60)");
    EXPECT_EQ(text(b.divu(x, b.i64(8))), "shr(x, 3)");
    EXPECT_EQ(text(b.remu(x, b.i64(8))), "and(x, 7)");
}

TEST_F(RulesInteger, UpperProductsWithZeroAndOneAreKnown) {
    EXPECT_EQ(text(b.mulhu(x, b.i64(1))), "0");
    EXPECT_EQ(text(b.mulhs(x, b.i64(1))), "sar(x, 63)");
    EXPECT_EQ(text(b.mulhs(x, b.i64(0))), "0");
    EXPECT_EQ(text(b.mulhsu(b.i64(0), x)), "0");
}

TEST_F(RulesInteger, DivisionByZeroAndOneIsKnown) {
    EXPECT_EQ(text(b.divu(x, b.i64(0))), "-1");
    EXPECT_EQ(text(b.divs(x, b.i64(0))), "-1");
    EXPECT_EQ(text(b.remu(x, b.i64(0))), "x");
    EXPECT_EQ(text(b.rems(x, b.i64(0))), "x");
    EXPECT_EQ(text(b.divs(x, b.i64(1))), "x");
    EXPECT_EQ(text(b.divs(x, b.i64(~0ull))), "sub(0, x)");
    EXPECT_EQ(text(b.rems(w, b.i32(0xffff'ffff))), "0:i32");
    EXPECT_EQ(text(b.remu(b.i64(0), x)), "0");
}

TEST_F(RulesInteger, SwappingBytesTwiceIsNothing) { EXPECT_EQ(text(b.bswap(b.bswap(x))), "x"); }

TEST_F(RulesInteger, ALowerProductWithoutItsUpperOneIsAMultiplication) {
    EXPECT_EQ(text(b.product_low(b.mulhu(x, y), y, x)), "product_low(mulhu(x, y), y, x)");
    EXPECT_EQ(text(b.product_low(b.mulhu(x, z), x, y)), "mul(x, y)");
    EXPECT_EQ(text(b.product_low(z, x, y)), "mul(x, y)");
}

}  // namespace
}  // namespace vm::ir
