#include "vm/ir/expression.h"

namespace vm::ir {
namespace {

using RulesRelation = ExpressionTest;

constexpr std::uint64_t kMost = ~0ull >> 1;
constexpr std::uint64_t kLeast = 1ull << 63;

TEST_F(RulesRelation, AValueComparedWithItselfIsKnown) {
    EXPECT_EQ(text(b.eq(x, x)), "1");
    EXPECT_EQ(text(b.geu(x, x)), "1");
    EXPECT_EQ(text(b.lts(x, x)), "0");
}

TEST_F(RulesRelation, ConstantsGoToTheRight) {
    EXPECT_EQ(text(b.eq(b.i64(3), x)), "eq(x, 3)");
    EXPECT_EQ(text(b.lts(b.i64(3), x)), "ges(x, 4)");
    EXPECT_EQ(text(b.ges(b.i64(3), x)), "lts(x, 4)");
    EXPECT_EQ(text(b.ltu(b.i64(3), x)), "geu(x, 4)");
    EXPECT_EQ(text(b.ltu(b.i64(0), x)), "ne(x, 0)");
}

TEST_F(RulesRelation, BeyondTheGreatestAndBelowTheLeastThereIsNothing) {
    EXPECT_EQ(text(b.lts(b.i64(kMost), x)), "0");
    EXPECT_EQ(text(b.ges(b.i64(kMost), x)), "1");
    EXPECT_EQ(text(b.ltu(b.i64(~0ull), x)), "0");
    EXPECT_EQ(text(b.ltu(x, b.i64(0))), "0");
    EXPECT_EQ(text(b.geu(w, b.i32(0))), "1");
    EXPECT_EQ(text(b.lts(x, b.i64(kLeast))), "0");
    EXPECT_EQ(text(b.ges(w, b.i32(0x8000'0000))), "1");
}

TEST_F(RulesRelation, BelowOneThereIsZero) {
    EXPECT_EQ(text(b.ltu(x, b.i64(1))), "eq(x, 0)");
    EXPECT_EQ(text(b.geu(x, b.i64(1))), "ne(x, 0)");
}

TEST_F(RulesRelation, WhatIsOneOrZeroNeedsNoComparison) {
    EXPECT_EQ(text(b.ne(b.lts(x, y), b.i64(0))), "lts(x, y)");
    EXPECT_EQ(text(b.eq(b.lts(x, y), b.i64(1))), "lts(x, y)");
    EXPECT_EQ(text(b.eq(b.lts(x, y), b.i64(0))), "ges(x, y)");
    EXPECT_EQ(text(b.ne(b.flt(d, e), b.i64(0))), "flt(d, e)");
    EXPECT_EQ(text(b.eq(b.flt(d, e), b.i64(0))), "xor(flt(d, e), 1)");
    EXPECT_EQ(text(b.eq(b.lts(x, y), b.i64(2))), "0");
}

TEST_F(RulesRelation, ValuesThatAreTooSmallDiffer) {
    EXPECT_EQ(text(b.eq(b.zext8(x), b.i64(256))), "0");
    EXPECT_EQ(text(b.ltu(b.zext8(x), b.i64(256))), "1");
}

TEST_F(RulesRelation, EqualityLooksThroughWhatCanBeUndone) {
    EXPECT_EQ(text(b.eq(b.sub(x, y), b.i64(0))), "eq(x, y)");
    EXPECT_EQ(text(b.ne(b.xor_(x, y), b.i64(0))), "ne(x, y)");
    EXPECT_EQ(text(b.eq(b.add(x, b.i64(3)), b.i64(10))), "eq(x, 7)");
    EXPECT_EQ(text(b.ne(b.xor_(x, b.i64(3)), b.i64(1))), "ne(x, 2)");
}

TEST_F(RulesRelation, ExtensionsOfBothSidesCompareAsWhatTheyExtend) {
    const Value sw = b.sext(w);
    const Value sv = b.sext(v);
    const Value zw = b.zext(w);
    const Value zv = b.zext(v);
    EXPECT_EQ(text(b.lts(sw, sv)), "lts(w, v)");
    EXPECT_EQ(text(b.ltu(sw, sv)), "ltu(w, v)");
    EXPECT_EQ(text(b.ltu(zw, zv)), "ltu(w, v)");
    EXPECT_EQ(text(b.lts(zw, zv)), "ltu(w, v)");
    EXPECT_EQ(text(b.ges(zw, zv)), "geu(w, v)");
    EXPECT_EQ(text(b.eq(sw, zv)), "eq(sext(w), zext(v))");
}

TEST_F(RulesRelation, ExtensionsCompareWithConstantsAsWhatTheyExtend) {
    EXPECT_EQ(text(b.lts(b.sext(w), b.i64(5))), "lts(w, 5:i32)");
    EXPECT_EQ(text(b.eq(b.sext(w), b.i64(~0ull))), "eq(w, -1:i32)");
    EXPECT_EQ(text(b.lts(b.zext(w), b.i64(5))), "ltu(w, 5:i32)");
    EXPECT_EQ(text(b.lts(b.sext(w), b.i64(1ull << 40))), "lts(sext(w), 0x10000000000)");
}

TEST_F(RulesRelation, ASelectByAKnownConditionIsWhatItChooses) {
    EXPECT_EQ(text(b.select(Condition::eq, x, x, y, z)), "y");
    EXPECT_EQ(text(b.select(Condition::ne, x, x, y, z)), "z");
    EXPECT_EQ(text(b.select(Condition::lts, x, y, z, z)), "z");
}

TEST_F(RulesRelation, ASelectOfWhatIsComparedIsTheLeastOrGreatest) {
    EXPECT_EQ(text(b.select(Condition::lts, x, y, x, y)), "mins(x, y)");
    EXPECT_EQ(text(b.select(Condition::lts, x, y, y, x)), "maxs(x, y)");
    EXPECT_EQ(text(b.select(Condition::ges, x, y, x, y)), "maxs(x, y)");
    EXPECT_EQ(text(b.select(Condition::geu, x, y, y, x)), "minu(x, y)");
    EXPECT_EQ(text(b.select(Condition::ltu, w, v, w, v)), "minu.i32(w, v)");
    EXPECT_EQ(text(b.select(Condition::lts, x, b.i64(9), x, b.i64(9))), "mins(x, 9)");
}

TEST_F(RulesRelation, ASelectTakesOverTheComparisonItAsksFor) {
    EXPECT_EQ(text(b.select(b.ltu(x, y), z, b.i64(7))), "select<ltu>(x, y, z, 7)");
    EXPECT_EQ(text(b.select(Condition::eq, b.ltu(x, y), b.i64(0), z, x)), "select<geu>(x, y, z, x)");
    EXPECT_EQ(text(b.select(b.lts(b.sext(w), b.i64(0)), x, y)), "select<lts>(w, 0:i32, x, y)");
}

TEST_F(RulesRelation, ASelectOfOneAndZeroIsTheComparison) {
    EXPECT_EQ(text(b.select(Condition::ltu, x, y, b.i64(1), b.i64(0))), "ltu(x, y)");
    EXPECT_EQ(text(b.select(Condition::ltu, x, y, b.i64(0), b.i64(1))), "geu(x, y)");
}

TEST_F(RulesRelation, SideExitsTakeOverTheComparisonTheyAskFor) {
    b.branch(b.lts(x, b.i64(5)), {0x1000, 1});
    const Node& node = block_.nodes().back();
    EXPECT_EQ(node.op, Opcode::branch);
    EXPECT_EQ(condition(node), Condition::lts);
    EXPECT_EQ(text(node.operands[0]), "x");
    EXPECT_EQ(text(node.operands[1]), "5");
}

TEST_F(RulesRelation, SideExitsThatAreNeverTakenAreNotThere) {
    const std::size_t nodes = block_.nodes().size();
    b.branch(Condition::ne, x, x, {0x1000, 1});
    b.leave_if(Condition::ltu, x, b.i64(0), Leave::interpret);
    EXPECT_EQ(block_.nodes().size(), nodes);
}

TEST_F(RulesRelation, SideExitsThatAreAlwaysTakenKeepTheirKind) {
    b.leave_if(Condition::eq, x, x, Leave::wait);
    const Node& node = block_.nodes().back();
    EXPECT_EQ(leave_kind(node), Leave::wait);
    EXPECT_EQ(condition(node), Condition::eq);
    EXPECT_EQ(text(node.operands[0]), "0");
    EXPECT_EQ(text(node.operands[1]), "0");
}

}  // namespace
}  // namespace vm::ir
