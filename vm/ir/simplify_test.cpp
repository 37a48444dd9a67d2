#include "vm/ir/simplify.h"

#include "vm/ir/expression.h"

namespace vm::ir {
namespace {

using Simplify = ExpressionTest;

TEST_F(Simplify, WhatHasOnlyConstantOperandsIsAConstant) {
    EXPECT_EQ(text(b.add(b.i64(2), b.i64(3))), "5");
    EXPECT_EQ(text(b.mulhu(b.i64(~0ull), b.i64(~0ull))), "-2");
    EXPECT_EQ(text(b.sext8(b.i32(0x80))), "-128:i32");
    EXPECT_EQ(text(b.float_(b.i64(0x3ff0'0000'0000'0000))), "0x3ff0000000000000:f64");
    EXPECT_EQ(text(b.select(Condition::lts, b.i64(1), b.i64(2), b.i64(3), b.i64(4))), "3");
    EXPECT_EQ(text(b.unbox(b.constant(Type::f64, 0))), "0x7fc00000:f32");
}

TEST_F(Simplify, OperandsOfCommutativeOperationsHaveOneOrder) {
    EXPECT_EQ(text(b.add(y, x)), "add(x, y)");
    EXPECT_EQ(text(b.eq(y, x)), "eq(x, y)");
    EXPECT_EQ(text(b.sub(y, x)), "sub(y, x)");
}

TEST_F(Simplify, ANodeInPlaceIsRewrittenOrReplaced) {
    Node node;
    node.op = Opcode::sub;
    node.type = Type::i64;
    node.operands = {x, b.i64(5)};
    EXPECT_TRUE(simplify(block_, node).is_none());
    EXPECT_EQ(node.op, Opcode::add);
    node.operands[1] = b.i64(0);
    EXPECT_EQ(simplify(block_, node), x);
}

TEST_F(Simplify, CallsStayWhateverTheirArguments) {
    const Value three[] = {b.i64(3)};
    b.call(7, Type::i64, 0, three);
    EXPECT_EQ(block_.nodes().back().op, Opcode::call);
}

TEST_F(Simplify, EmittingAddsNothingForWhatIsKnown) {
    const std::size_t nodes = block_.nodes().size();
    b.add(x, b.i64(0));
    EXPECT_EQ(block_.nodes().size(), nodes);
}

}  // namespace
}  // namespace vm::ir
