#include "vm/ir/known_bits.h"

#include "vm/ir/expression.h"

namespace vm::ir {
namespace {

class KnownBits : public ExpressionTest {
  protected:
    std::uint64_t possible(Value value) const { return possible_bits(block_, value); }
    bool extended(Value value, unsigned bits) const { return is_sign_extended(block_, value, bits); }
};

TEST_F(KnownBits, ConstantsAreKnown) {
    EXPECT_EQ(possible(b.i64(0x123)), 0x123u);
    EXPECT_TRUE(extended(b.i64(0 - 128ull), 8));
    EXPECT_FALSE(extended(b.i64(128), 8));
    EXPECT_TRUE(extended(b.i32(0xffff'ff80), 8));
}

TEST_F(KnownBits, NothingIsKnownOfWhatTheGuestHeld) {
    EXPECT_EQ(possible(x), ~0ull);
    EXPECT_EQ(possible(w), 0xffff'ffffu);
    EXPECT_FALSE(extended(x, 32));
}

TEST_F(KnownBits, ANarrowSlotReadsZerosAbove) {
    EXPECT_EQ(possible(b.get(b.slot(make_slot("frm", 200, Type::i64, 1)))), 0xffu);
}

TEST_F(KnownBits, MasksAndExtensionsLeaveFewBits) {
    EXPECT_EQ(possible(b.and_(x, b.i64(0xf0))), 0xf0u);
    EXPECT_EQ(possible(b.zext8(x)), 0xffu);
    EXPECT_EQ(possible(b.zext16(x)), 0xffffu);
    EXPECT_EQ(possible(b.zext(w)), 0xffff'ffffu);
    EXPECT_EQ(possible(b.extract(x, 3, 5)), 31u);
    EXPECT_EQ(possible(b.low(b.load(MemKind::u16, x))), 0xffffu);
}

TEST_F(KnownBits, ShiftsMoveThem) {
    const Value byte = b.zext8(x);
    EXPECT_EQ(possible(b.shl(byte, b.i64(4))), 0xff0u);
    EXPECT_EQ(possible(b.shr(byte, b.i64(4))), 0xfu);
    EXPECT_EQ(possible(b.shr(w, b.i32(4))), 0x0fff'ffffu);
    EXPECT_EQ(possible(b.shl(byte, y)), ~0ull);
}

TEST_F(KnownBits, JoinsHaveTheBitsOfBoth) {
    const Value byte = b.zext8(x);
    const Value high = b.and_(y, b.i64(0x300));
    EXPECT_EQ(possible(b.or_(byte, high)), 0x3ffu);
    EXPECT_EQ(possible(b.maxu(byte, high)), 0x3ffu);
    EXPECT_EQ(possible(b.select(Condition::eq, x, y, byte, high)), 0x3ffu);
    EXPECT_EQ(possible(b.andn(byte, y)), 0xffu);
}

TEST_F(KnownBits, ComparisonsCountsAndClassesAreSmall) {
    EXPECT_EQ(possible(b.ltu(x, y)), 1u);
    EXPECT_EQ(possible(b.feq(d, e)), 1u);
    EXPECT_EQ(possible(b.clz(x)), 127u);
    EXPECT_EQ(possible(b.popcnt(w)), 63u);
    EXPECT_EQ(possible(b.fclass(s)), 1023u);
}

TEST_F(KnownBits, SignExtensionsAreSeenThroughLogic) {
    const Value a = b.sext(w);
    const Value other = b.sext(v);
    EXPECT_TRUE(extended(a, 32));
    EXPECT_FALSE(extended(a, 16));
    EXPECT_TRUE(extended(b.or_(a, other), 32));
    EXPECT_TRUE(extended(b.mins(a, other), 32));
    EXPECT_FALSE(extended(b.add(a, other), 32));
    EXPECT_TRUE(extended(b.sar(x, b.i64(48)), 16));
    EXPECT_TRUE(extended(b.load(MemKind::s16, x), 16));
    EXPECT_FALSE(extended(b.load(MemKind::s32, x), 16));
    EXPECT_TRUE(extended(b.load(MemKind::u16, x), 17));
}

TEST_F(KnownBits, WhatLiesFarBackIsUnknown) {
    Value value = b.zext8(x);
    for (unsigned i = 0; i < 8; ++i) value = b.or_(value, b.zext8(b.shr(y, b.i64(i + 1))));
    EXPECT_EQ(possible(value), ~0ull);
}

}  // namespace
}  // namespace vm::ir
