#include "vm/ir/expression.h"

namespace vm::ir {
namespace {

using Idioms = ExpressionTest;

TEST_F(Idioms, ShiftingAWordUpAndBackExtendsIt) {
    const Value up = b.shl(x, b.i64(32));
    EXPECT_EQ(text(b.shr(up, b.i64(32))), "zext(low.i32(x))");
    EXPECT_EQ(text(b.sar(up, b.i64(32))), "sext(low.i32(x))");
    EXPECT_EQ(text(b.shr(up, b.i64(29))), "shl(zext(low.i32(x)), 3)");
    EXPECT_EQ(text(b.sar(up, b.i64(30))), "shl(sext(low.i32(x)), 2)");
    EXPECT_EQ(text(b.sar(up, b.i64(40))), "sar(sext(low.i32(x)), 8)");
}

TEST_F(Idioms, ShiftingAPartUpAndHalfBackExtendsAndShiftsIt) {
    EXPECT_EQ(text(b.shr(b.shl(x, b.i64(48)), b.i64(47))), "shl(zext16(x), 1)");
    EXPECT_EQ(text(b.sar(b.shl(w, b.i32(24)), b.i32(26))), "sar.i32(sext8.i32(w), 2:i32)");
}

TEST_F(Idioms, OtherShiftsStayShifts) {
    EXPECT_EQ(text(b.shr(b.shl(x, b.i64(40)), b.i64(30))), "shr(shl(x, 40), 30)");
    EXPECT_EQ(text(b.sar(b.shl(x, b.i64(40)), b.i64(40))), "sar(shl(x, 40), 40)");
}

TEST_F(Idioms, AMaskOfTheLowHalfIsAnExtension) {
    EXPECT_EQ(text(b.and_(x, b.i64(0xffff'ffff))), "zext(low.i32(x))");
    EXPECT_EQ(text(b.extract(x, 0, 32)), "zext(low.i32(x))");
}

TEST_F(Idioms, CountsInExtendedWordsAreCountsInWords) {
    EXPECT_EQ(text(b.sub(b.clz(b.zext(w)), b.i64(32))), "zext(clz.i32(w))");
    EXPECT_EQ(text(b.ctz(b.or_(x, b.i64(1ull << 32)))), "zext(ctz.i32(low.i32(x)))");
    EXPECT_EQ(text(b.popcnt(b.zext(w))), "zext(popcnt.i32(w))");
}

TEST_F(Idioms, SwappedBytesShiftedByAWordAreAWordsBytesSwapped) {
    EXPECT_EQ(text(b.shr(b.bswap(x), b.i64(32))), "zext(bswap.i32(low.i32(x)))");
    EXPECT_EQ(text(b.sar(b.bswap(x), b.i64(32))), "sext(bswap.i32(low.i32(x)))");
}

}  // namespace
}  // namespace vm::ir
