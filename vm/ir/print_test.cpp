#include "vm/ir/print.h"

#include <gtest/gtest.h>

#include "vm/ir/builder.h"

namespace vm::ir {
namespace {

class Print : public ::testing::Test {
  protected:
    // What was printed behind the slots and the first node.
    std::string text() const {
        const std::string all = print(block_);
        const std::string_view head = "slot x = i64 8\nslot f = f64 16\n%0 = get i64 x\n";
        return all.starts_with(head) ? all.substr(head.size()) : all;
    }

    Block block_;
    Builder b{block_};
    const SlotIndex x = b.slot(make_slot("x", 8, Type::i64));
    const SlotIndex f = b.slot(make_slot("f", 16, Type::f64));
    const Value v = b.get(x);
};

TEST_F(Print, SlotsComeFirst) {
    b.slot(make_slot("frm", 32, Type::i32, 1));
    EXPECT_EQ(print(block_), R"(slot x = i64 8
slot f = f64 16
slot frm = i32 32 bytes=1
%0 = get i64 x
)");
}

TEST_F(Print, NodesSayTheirTypeAndOperands) {
    const Value word = b.low(v);
    b.mulhu(v, b.sext(word));
    EXPECT_EQ(text(), R"(%1 = low i32 %0
%2 = sext i64 %1
%3 = mulhu i64 %0, %2
)");
}

TEST_F(Print, SmallIntegersAreDecimalAndTheirTypeIsSaidUnlessI64) {
    b.divs(b.i64(4095), v);
    b.divs(b.i64(0 - 4095ull), v);
    b.divs(b.i64(4096), v);
    b.divs(b.i32(0xffff'ffff), b.low(v));
    b.fsgnj(b.constant(Type::f64, 1), b.float_(v));
    EXPECT_EQ(text(), R"(%1 = divs i64 4095, %0
%2 = divs i64 -4095, %0
%3 = divs i64 0x1000, %0
%4 = low i32 %0
%5 = divs i32 -1:i32, %4
%6 = float f64 %0
%7 = fsgnj f64 0x1:f64, %6
)");
}

TEST_F(Print, WhatANodeSaysBesidesStandsBeforeItsOperands) {
    b.shift_add(v, 2, v);
    b.extract(v, 8, 12);
    b.select(Condition::ltu, v, b.i64(9), b.i64(7), v);
    b.convert(Opcode::signed_to_float, Type::f32, Rounding::rup, v);
    b.fence(Fence::release);
    EXPECT_EQ(text(), R"(%1 = shift_add i64 shift=2 %0, %0
%2 = extract i64 first=8 count=12 %0
%3 = select i64 ltu %0, 9, 7, %0
%4 = signed_to_float f32 rup %0
fence release
)");
}

TEST_F(Print, AccessesShowTheirAddress) {
    b.instruction({0x1000, 0});
    b.load(MemKind::s16, v, 8);
    b.load(MemKind::u8, v, -8, Reach::device);
    b.store(MemKind::u64, v, 0, v, Reach::device);
    EXPECT_EQ(text(), R"(%1 = load i64 s16 [%0 + 8] @ pc=0x1000 retired=0
%2 = load i64 u8 device [%0 - 8] @ pc=0x1000 retired=0
store u64 device [%0], %0 @ pc=0x1000 retired=0
)");
}

TEST_F(Print, CallsNameTheirEffects) {
    const Value arguments[] = {v, b.i64(3)};
    b.call(7, Type::i64, kExits | kReadsMemory | kWritesMemory | kFloatFlags, arguments);
    b.call(8, Type::none, 0, {});
    EXPECT_EQ(text(), R"(%1 = call i64 7(%0, 3) exits reads writes flags @ pc=0x0 retired=0
call none 8()
)");
}

TEST_F(Print, WritesStandBeforeTheFirstExitThatShowsThem) {
    b.instruction({0x1000, 0});
    b.set(x, b.i64(1));
    b.branch(Condition::eq, v, b.i64(0), {0x2000, 1});
    b.set(f, b.float_(v));
    b.goto_({0x1004, 2});
    EXPECT_EQ(text(), R"(x <- 1
branch eq %0, 0 @ pc=0x2000 retired=1
%2 = float f64 %0
f <- %2
goto @ pc=0x1004 retired=2
)");
}

TEST_F(Print, WritesSayWhatExitsMake) {
    block_.writes().push_back({x, Form::sext, b.low(v)});
    block_.writes().push_back({x, Form::whole, v, 8});
    block_.writes().push_back({x, Form::sext, b.low(v), -8});
    b.leave(Leave::resume, {0x1004, 1});
    EXPECT_EQ(text(), R"(%1 = low i32 %0
%2 = low i32 %0
x <- sext %1
x <- %0 + 8
x <- sext %2 - 8
leave resume @ pc=0x1004 retired=1
)");
}

TEST_F(Print, EachWayOutSaysWhereAndWhy) {
    b.instruction({0x1000, 3});
    b.leave_if(Condition::ges, v, b.i64(0), Leave::interpret);
    b.trap(13, v);
    EXPECT_EQ(text(), R"(leave_if interpret ges %0, 0 @ pc=0x1000 retired=3
trap 13 %0 @ pc=0x1000 retired=3
)");
}

TEST_F(Print, JumpsSayWhatTheyAreForAPredictorOfReturns) {
    b.goto_({0x2000, 1}, Jump::call, 0x1004);
    b.goto_value(v, {0x2000, 2}, Jump::return_);
    EXPECT_EQ(text(), R"(goto call=0x1004 @ pc=0x2000 retired=1
goto_value return %0 @ pc=0x2000 retired=2
)");
}

TEST_F(Print, OneNodeIsItsLineAloneWithoutWhatIsWrittenBeforeIt) {
    b.instruction({0x1000, 3});
    b.set(x, b.add(v, b.i64(1)));
    b.goto_({0x1004, 4});
    EXPECT_EQ(print_node(block_, 1), "%1 = add i64 %0, 1");
    EXPECT_EQ(print_node(block_, 2), "goto @ pc=0x1004 retired=4");
}

}  // namespace
}  // namespace vm::ir
