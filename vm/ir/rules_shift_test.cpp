#include "vm/ir/expression.h"

namespace vm::ir {
namespace {

using RulesShift = ExpressionTest;

TEST_F(RulesShift, AmountsAreTakenModuloTheWidth) {
    EXPECT_EQ(text(b.shl(x, b.i64(64))), "x");
    EXPECT_EQ(text(b.shl(x, b.i64(67))), "shl(x, 3)");
    EXPECT_EQ(text(b.shr(w, b.i32(33))), "shr.i32(w, 1:i32)");
    EXPECT_EQ(text(b.rotr(x, b.i64(128))), "x");
}

TEST_F(RulesShift, ShiftsTheSameWayAddUp) {
    EXPECT_EQ(text(b.shl(b.shl(x, b.i64(3)), b.i64(4))), "shl(x, 7)");
    EXPECT_EQ(text(b.shl(b.shl(x, b.i64(40)), b.i64(24))), "0");
    EXPECT_EQ(text(b.shr(b.shr(x, b.i64(40)), b.i64(24))), "0");
    EXPECT_EQ(text(b.sar(b.sar(x, b.i64(40)), b.i64(24))), "sar(x, 63)");
    EXPECT_EQ(text(b.rotr(b.rotr(x, b.i64(40)), b.i64(25))), "rotr(x, 1)");
}

TEST_F(RulesShift, ALeftRotateByAConstantIsARightOne) {
    EXPECT_EQ(text(b.rotl(x, b.i64(8))), "rotr(x, 56)");
    EXPECT_EQ(text(b.rotl(w, b.i32(8))), "rotr.i32(w, 24:i32)");
}

TEST_F(RulesShift, AMaskOfTheAmountIsNotNeeded) {
    EXPECT_EQ(text(b.shl(x, b.and_(y, b.i64(63)))), "shl(x, y)");
    EXPECT_EQ(text(b.shl(x, b.zext8(y))), "shl(x, y)");
    EXPECT_EQ(text(b.shl(x, b.and_(y, b.i64(31)))), "shl(x, and(y, 31))");
    EXPECT_EQ(text(b.sar(w, b.and_(v, b.i32(31)))), "sar.i32(w, v)");
}

TEST_F(RulesShift, ShiftingUpAndBackLeavesAField) {
    EXPECT_EQ(text(b.shr(b.shl(x, b.i64(56)), b.i64(56))), "zext8(x)");
    EXPECT_EQ(text(b.shr(b.shl(x, b.i64(48)), b.i64(48))), "zext16(x)");
    EXPECT_EQ(text(b.shr(b.shl(x, b.i64(50)), b.i64(50))), "and(x, 0x3fff)");
    EXPECT_EQ(text(b.shr(b.shl(x, b.i64(40)), b.i64(50))), "extract<10,14>(x)");
    EXPECT_EQ(text(b.sar(b.shl(x, b.i64(56)), b.i64(56))), "sext8(x)");
    EXPECT_EQ(text(b.sar(b.shl(w, b.i32(16)), b.i32(16))), "sext16.i32(w)");
}

TEST_F(RulesShift, NothingIsLeftOfAFewBitsShiftedOut) {
    EXPECT_EQ(text(b.shr(b.zext8(x), b.i64(8))), "0");
    EXPECT_EQ(text(b.sar(b.zext8(x), b.i64(8))), "0");
    EXPECT_EQ(text(b.sar(b.zext8(x), b.i64(4))), "shr(zext8(x), 4)");
}

TEST_F(RulesShift, ShiftsOfKnownValuesByAnyAmountAreKnown) {
    EXPECT_EQ(text(b.shl(b.i64(0), x)), "0");
    EXPECT_EQ(text(b.sar(b.i64(~0ull), x)), "-1");
    EXPECT_EQ(text(b.rotl(b.i64(~0ull), x)), "-1");
}

TEST_F(RulesShift, OppositeShiftsOfOneValueAreARotate) {
    const Value left = b.shl(w, b.i32(5));
    const Value right = b.shr(w, b.i32(27));
    EXPECT_EQ(text(b.or_(left, right)), "rotr.i32(w, 27:i32)");
    EXPECT_EQ(text(b.or_(right, left)), "rotr.i32(w, 27:i32)");
    EXPECT_EQ(text(b.add(left, right)), "rotr.i32(w, 27:i32)");
    EXPECT_EQ(text(b.xor_(left, right)), "rotr.i32(w, 27:i32)");
}

TEST_F(RulesShift, ShiftsThatDoNotMakeUpTheWidthAreNoRotate) {
    const Value left = b.shl(w, b.i32(5));
    EXPECT_EQ(text(b.or_(left, b.shr(w, b.i32(26)))), "or.i32(shl.i32(w, 5:i32), shr.i32(w, 26:i32))");
    EXPECT_EQ(text(b.or_(left, b.shr(v, b.i32(27)))), "or.i32(shl.i32(w, 5:i32), shr.i32(v, 27:i32))");
}

TEST_F(RulesShift, OppositeVariableAmountsAreARotateWhereShiftsByZeroAreHarmless) {
    const Value rest = b.sub(b.i64(64), y);
    const Value left = b.shl(x, y);
    const Value right = b.shr(x, rest);
    EXPECT_EQ(text(b.or_(left, right)), "rotl(x, y)");
    EXPECT_EQ(text(b.add(left, right)), "add(shl(x, y), shr(x, sub(64, y)))");
    const Value down = b.shr(x, y);
    EXPECT_EQ(text(b.or_(b.shl(x, b.sub(b.i64(0), y)), down)), "rotr(x, y)");
}

TEST_F(RulesShift, AShiftAddOfAConstantIsAnAddition) {
    EXPECT_EQ(text(b.shift_add(b.i64(3), 2, x)), "add(x, 12)");
    EXPECT_EQ(text(b.shift_add(x, 2, b.i64(0))), "shl(x, 2)");
    EXPECT_EQ(text(b.shift_add(x, 2, y)), "shift_add<2>(x, y)");
}

TEST_F(RulesShift, FieldsOfFieldsAndOfShiftedValuesAreFields) {
    EXPECT_EQ(text(b.extract(b.extract(x, 8, 16), 4, 20)), "extract<12,12>(x)");
    EXPECT_EQ(text(b.extract(b.shr(x, b.i64(8)), 4, 10)), "extract<12,10>(x)");
    EXPECT_EQ(text(b.extract(x, 10, 54)), "shr(x, 10)");
    EXPECT_EQ(text(b.extract(x, 0, 5)), "and(x, 31)");
    EXPECT_EQ(text(b.extract(b.zext8(x), 8, 4)), "0");
}

TEST_F(RulesShift, ExtendingWhatIsExtendedIsNothing) {
    EXPECT_EQ(text(b.zext8(b.zext8(x))), "zext8(x)");
    EXPECT_EQ(text(b.zext16(b.zext8(x))), "zext8(x)");
    EXPECT_EQ(text(b.sext16(b.zext8(x))), "zext8(x)");
    EXPECT_EQ(text(b.sext16(b.sext8(x))), "sext8(x)");
    EXPECT_EQ(text(b.sext8(b.sext8(x))), "sext8(x)");
}

TEST_F(RulesShift, ExtendingLooksThroughWhatItCutsOff) {
    EXPECT_EQ(text(b.sext8(b.zext8(x))), "sext8(x)");
    EXPECT_EQ(text(b.zext8(b.sext16(x))), "zext8(x)");
    EXPECT_EQ(text(b.sext8(b.and_(x, b.i64(0xfff)))), "sext8(x)");
    EXPECT_EQ(text(b.sext8(b.sext(w))), "sext8(w)");
    EXPECT_EQ(text(b.zext16(b.low(x))), "zext16.i32(x)");
}

TEST_F(RulesShift, TheLowHalfOfAnExtensionIsWhatWasExtended) {
    EXPECT_EQ(text(b.low(b.sext(w))), "w");
    EXPECT_EQ(text(b.low(b.zext(w))), "w");
    EXPECT_EQ(text(b.low(b.sext8(x))), "sext8.i32(x)");
    EXPECT_EQ(text(b.sext(b.sext8(w))), "sext8(w)");
}

TEST_F(RulesShift, ExtendingTheLowHalfOfWhatIsExtendedIsNothing) {
    EXPECT_EQ(text(b.sext(b.low(b.lts(x, y)))), "lts(x, y)");
    EXPECT_EQ(text(b.zext(b.low(b.shr(x, b.i64(32))))), "shr(x, 32)");
    EXPECT_EQ(text(b.sext(b.low(b.sar(x, b.i64(40))))), "sar(x, 40)");
    EXPECT_EQ(text(b.zext(b.low(x))), "zext(low.i32(x))");
}

TEST_F(RulesShift, WhatIsNotNegativeIsZeroExtended) {
    EXPECT_EQ(text(b.sext(b.shr(w, b.i32(1)))), "zext(shr.i32(w, 1:i32))");
}

TEST_F(RulesShift, TheLowHalfOfABoxIsTheSingle) { EXPECT_EQ(text(b.low(b.bits(b.box(s)))), "bits.i32(s)"); }

}  // namespace
}  // namespace vm::ir
