#include "vm/ir/block.h"

#include <gtest/gtest.h>

namespace vm::ir {
namespace {

TEST(Block, AConstantIsOneValueForItsBitsAndType) {
    Block block;
    const Value five = block.constant(Type::i64, 5);
    EXPECT_EQ(block.constant(Type::i64, 5), five);
    EXPECT_NE(block.constant(Type::i32, 5), five);
    EXPECT_NE(block.constant(Type::i64, 6), five);
    EXPECT_EQ(block.bits(five), 5u);
    EXPECT_EQ(block.type(five), Type::i64);
    EXPECT_TRUE(block.is(five, 5));
    EXPECT_FALSE(block.is(five, 6));
}

TEST(Block, ConstantsHaveNoBitsAboveTheirType) {
    Block block;
    EXPECT_EQ(block.constant(Type::i32, ~std::uint64_t{0}), block.constant(Type::i32, 0xffff'ffff));
}

TEST(Block, NodesAreNamedInTheirOrder) {
    Block block;
    Node node;
    node.op = Opcode::fence;
    EXPECT_EQ(block.append(node).index(), 0u);
    EXPECT_EQ(block.append(node).index(), 1u);
    EXPECT_EQ(block.match(Value::node(1), Opcode::fence), &block.nodes()[1]);
    EXPECT_EQ(block.match(Value::node(1), Opcode::add), nullptr);
    EXPECT_EQ(block.match(block.constant(Type::i64, 1), Opcode::fence), nullptr);
    EXPECT_EQ(block.type(Value{}), Type::none);
}

TEST(Block, SlotsAreFoundByTheirOffset) {
    Block block;
    const SlotIndex ra = block.slot(make_slot("ra", 8, Type::i64));
    const SlotIndex sp = block.slot(make_slot("sp", 16, Type::i64));
    EXPECT_NE(ra, sp);
    EXPECT_EQ(block.slot(make_slot("ra", 8, Type::i64)), ra);
    EXPECT_EQ(block.name(sp), "sp");
}

TEST(Block, SlotsWithoutANameGetOne) {
    Block block;
    block.slot(make_slot("", 8, Type::i64));
    block.slot(make_slot("", 16, Type::i64));
    EXPECT_EQ(block.name(0), "slot0");
    EXPECT_EQ(block.name(1), "slot1");
}

TEST(Block, NamesOfSlotsAreCutToTheirRoom) {
    EXPECT_STREQ(make_slot("abcdefghijkl", 0, Type::i64).name.data(), "abcdefghi");
}

TEST(Block, AFrameLikeTheLastOneIsTheLastOne) {
    Block block;
    const Frame frame = {0x1000, 0, 0, 1};
    EXPECT_EQ(block.frame(frame), 0u);
    EXPECT_EQ(block.frame(frame), 0u);
    EXPECT_EQ(block.frame({0x1004, 0, 0, 2}), 1u);
}

TEST(Block, EndsWithANodeThatAlwaysLeaves) {
    Block block;
    EXPECT_FALSE(block.ended());
    Node node;
    node.op = Opcode::branch;
    block.append(node);
    EXPECT_FALSE(block.ended());
    node.op = Opcode::goto_;
    block.append(node);
    EXPECT_TRUE(block.ended());
}

TEST(Block, ClearedHoldsNothing) {
    Block block;
    block.slot(make_slot("a", 8, Type::i64));
    block.constant(Type::i64, 1);
    block.frame({});
    block.append({});
    block.writes().push_back({});
    block.clear();
    EXPECT_TRUE(block.nodes().empty());
    EXPECT_TRUE(block.writes().empty());
    EXPECT_TRUE(block.frames().empty());
    EXPECT_TRUE(block.constants().empty());
    EXPECT_TRUE(block.slots().empty());
    EXPECT_EQ(block.slot(make_slot("b", 8, Type::f64)), 0u);
    EXPECT_EQ(block.constant(Type::i64, 1).index(), 0u);
}

TEST(Block, AValueIsANodeOrAConstantOrNone) {
    EXPECT_TRUE(Value{}.is_none());
    EXPECT_FALSE(Value{}.is_node());
    EXPECT_FALSE(Value{}.is_constant());
    EXPECT_TRUE(Value::node(3).is_node());
    EXPECT_TRUE(Value::constant(3).is_constant());
    EXPECT_EQ(Value::constant(3).index(), 3u);
    EXPECT_LT(Value::node(3).raw(), Value::constant(0).raw());
}

}  // namespace
}  // namespace vm::ir
