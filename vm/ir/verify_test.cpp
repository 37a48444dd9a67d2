#include "vm/ir/verify.h"

#include <gtest/gtest.h>

#include "vm/ir/parse.h"

namespace vm::ir {
namespace {

// What is wrong with a block that ends with a goto.
std::string refusal(std::string_view middle) {
    const auto block = parse(fmt::format(R"(slot x = i64 8
slot f = f64 16
{}goto @ pc=0x1004 retired=9
)",
                                         middle));
    return block ? "nothing" : block.error().message;
}

// A sound block of most things that can be unsound.
Block sample() {
    return parse(R"(slot x = i64 8
slot y = i64 16
%0 = get i64 x
%1 = add i64 %0, 1
%2 = load i64 u32 [%1] @ pc=0x1000 retired=0
x <- %2
branch eq %2, 0 @ pc=0x2000 retired=1
y <- %1
goto @ pc=0x1008 retired=2
)")
        .value();
}

std::string refusal(const Block& block) {
    const auto sound = verify(block);
    return sound ? "nothing" : sound.error().message;
}

TEST(Verify, ASoundBlockPasses) { EXPECT_EQ(refusal(sample()), "nothing"); }

TEST(Verify, OperandsHaveTheTypesOfTheSignature) {
    EXPECT_EQ(refusal("%0 = add i64 1, 2:i32\n"), "node %0 (add): operand 1 is i32, i64 is wanted");
    EXPECT_EQ(refusal("%0 = mulhu i64 1:i32, 2:i32\n"), "node %0 (mulhu): operand 0 is i32, i64 is wanted");
    EXPECT_EQ(refusal("%0 = get f64 f\n%1 = clz i64 %0\n"), "node %1 (clz): operand 0 is no integer");
    EXPECT_EQ(refusal("%0 = fneg f64 1\n"), "node %0 (fneg): operand 0 is no float");
    EXPECT_EQ(refusal("%0 = select i64 eq 1, 2, 3, 4:i32\n"),
              "node %0 (select): operand 3 is i32, i64 is wanted");
    EXPECT_EQ(refusal("%0 = box f64 1:f64\n"), "node %0 (box): operand 0 is f64, f32 is wanted");
}

TEST(Verify, ResultsHaveTheTypeThatFollows) {
    EXPECT_EQ(refusal("%0 = add i32 1, 2\n"), "node %0 (add): it is i64, not i32");
    EXPECT_EQ(refusal("%0 = eq i32 1:i32, 2:i32\n"), "node %0 (eq): it is i64, not i32");
    EXPECT_EQ(refusal("%0 = bits i32 1:f64\n"), "node %0 (bits): it is i64, not i32");
    EXPECT_EQ(refusal("%0 = zext8 f32 1\n"), "node %0 (zext8): f32 is no type for it");
    EXPECT_EQ(refusal("%0 = signed_to_float i64 rne 1\n"),
              "node %0 (signed_to_float): i64 is no type for it");
    EXPECT_EQ(refusal("%0 = get i32 x\n"), "node %0 (get): i32 is no type for it");
    EXPECT_EQ(refusal("%0 = load i32 u32 [1] @ pc=0 retired=0\n"), "node %0 (load): i32 is no type for it");
}

TEST(Verify, WhatANodeSaysBesidesMakesSense) {
    EXPECT_EQ(refusal("%0 = shift_add i64 shift=4 1, 2\n"),
              "node %0 (shift_add): it says what its operation cannot mean");
    EXPECT_EQ(refusal("%0 = extract i32 first=30 count=3 1:i32\n"),
              "node %0 (extract): it says what its operation cannot mean");
    EXPECT_EQ(refusal("%0 = extract i64 first=3 count=0 1\n"),
              "node %0 (extract): it says what its operation cannot mean");
    EXPECT_EQ(refusal("call none 0x100000000()\n"), "node %0 (call): it says what its operation cannot mean");
    Block block = sample();
    block.nodes()[1].detail = 1;
    EXPECT_EQ(refusal(block), "node %1 (add): it says what its operation cannot mean");
    block = sample();
    block.nodes()[3].detail = condition_detail(static_cast<Condition>(6));
    EXPECT_EQ(refusal(block), "node %3 (branch): it says what its operation cannot mean");
}

TEST(Verify, AccessesHaveTheWidthOfTheirValue) {
    EXPECT_EQ(refusal("%0 = load f64 u32 [1] @ pc=0 retired=0\n"),
              "node %0 (load): its value has another width");
    EXPECT_EQ(refusal("store u64 [1], 2:i32 @ pc=0 retired=0\n"),
              "node %0 (store): its value has another width");
    EXPECT_EQ(refusal("store u32 [1], 2 @ pc=0 retired=0\n"), "node %0 (store): its value has another width");
    EXPECT_EQ(refusal("store s16 [1], 2:i32 @ pc=0 retired=0\n"),
              "node %0 (store): its value has another width");
    EXPECT_EQ(refusal("%0 = load i64 u8 [1 + 0x80000000] @ pc=0 retired=0\n"),
              "node %0 (load): its offset has more than 32 bits");
}

TEST(Verify, ALowerProductStandsBesideItsUpperOne) {
    EXPECT_EQ(refusal("%0 = get i64 x\n%1 = mulhs i64 %0, 5\n%2 = product_low i64 %1, 5, %0\n"), "nothing");
    EXPECT_EQ(refusal("%0 = get i64 x\n%1 = mulhs i64 %0, 5\n%2 = product_low i64 %1, 6, %0\n"),
              "node %2 (product_low): operand 0 is no upper product of the others");
    EXPECT_EQ(refusal("%0 = get i64 x\n%1 = mulhsu i64 %0, 5\n%2 = product_low i64 %1, %0, 5\n"),
              "node %2 (product_low): operand 0 is no upper product of the others");
}

TEST(Verify, OperandsAreDefinedBefore) {
    Block block = sample();
    block.nodes()[1].operands[0] = Value::node(1);
    EXPECT_EQ(refusal(block), "node %1 (add): operand 0 is not defined before it");
    block.nodes()[1].operands[0] = Value::constant(99);
    EXPECT_EQ(refusal(block), "node %1 (add): operand 0 is not defined before it");
    block.nodes()[1].operands[0] = Value{};
    EXPECT_EQ(refusal(block), "node %1 (add): operand 0 is not defined before it");
    block = sample();
    block.nodes()[1].operands[2] = Value::node(0);
    EXPECT_EQ(refusal(block), "node %1 (add): operand 2 is too many");
    EXPECT_EQ(refusal("fence full\n%1 = clz i64 %0\n"), "node %1 (clz): operand 0 is not defined before it");
}

TEST(Verify, WaysOutHaveAFrameAndNobodyElseHas) {
    EXPECT_EQ(refusal("%0 = load i64 u8 [1]\n"), "node %0 (load): it has no frame");
    EXPECT_EQ(refusal("call none 1() reads_state\n"), "node %0 (call): it has no frame");
    EXPECT_EQ(refusal("fence full @ pc=0 retired=0\n"),
              "node %0 (fence): it has a frame and shows it to nobody");
    Block block = sample();
    block.nodes()[2].frame = 99;
    EXPECT_EQ(refusal(block), "node %2 (load): its frame does not exist");
}

TEST(Verify, FramesGoForward) {
    EXPECT_EQ(refusal("leave_if wait eq 1, 2 @ pc=0 retired=3\nleave_if wait eq 1, 2 @ pc=0 retired=2\n"),
              "node %1 (leave_if): its frame goes back");
    Block block = sample();
    block.nodes()[4].frame = block.nodes()[2].frame;
    EXPECT_EQ(refusal(block), "node %4 (goto): its frame goes back");
    block = sample();
    block.frames()[2].last = 3;
    EXPECT_EQ(refusal(block), "node %4 (goto): its frame is behind the end of the log");
}

TEST(Verify, FramesBeginBehindTheLastCallThatWritesState) {
    Block block = sample();
    block.frames()[1].first = 1;
    EXPECT_EQ(refusal(block),
              "node %3 (branch): its frame does not begin behind the last call that writes state");
}

TEST(Verify, WritesFitTheirSlotAndAreOfWhatIsDefined) {
    EXPECT_EQ(refusal("x <- 1:i32\n"), "node %0 (goto): write 0 to x is of another type");
    EXPECT_EQ(refusal("x <- box 1:f32\n"), "node %0 (goto): write 0 to x is of another type");
    EXPECT_EQ(refusal("f <- sext 1:i32\n"), "node %0 (goto): write 0 to f is of another type");
    EXPECT_EQ(refusal("f <- box 1:f32 + 1\n"), "node %0 (goto): write 0 adds to what is no i64");
    Block block = sample();
    block.writes()[0].value = Value::node(3);
    EXPECT_EQ(refusal(block), "node %3 (branch): write 0 is of a value that is not defined before it");
    block = sample();
    block.writes()[0].slot = 2;
    EXPECT_EQ(refusal(block), "node %3 (branch): write 0 has no slot");
    block = sample();
    block.writes()[0].form = static_cast<Form>(6);
    EXPECT_EQ(refusal(block), "node %3 (branch): write 0 has no form");
}

TEST(Verify, EveryWriteIsShownToSomebody) {
    Block block = sample();
    block.writes().push_back(block.writes()[0]);
    EXPECT_EQ(refusal(block), "write 2 is behind the last exit");
}

TEST(Verify, ASlotThatAnExitHasShownWrittenIsNotRead) {
    EXPECT_EQ(refusal("x <- 1\nbranch eq 1, 2 @ pc=0 retired=1\n%1 = get i64 x\n"),
              "node %1 (get): slot x has been written before it");
    EXPECT_EQ(refusal("x <- 1\ncall none 3() writes_state @ pc=0 retired=1\n%1 = get i64 x\n"), "nothing");
}

TEST(Verify, ABlockHasOneEnd) {
    EXPECT_EQ(refusal("goto @ pc=0 retired=1\n"), "node %0 (goto): something follows the end");
    Block block = sample();
    block.nodes().pop_back();
    EXPECT_EQ(refusal(block), "the block has no end");
}

TEST(Verify, SlotsAreApart) {
    EXPECT_EQ(refusal("slot y = i64 12\n"), "slots x and y overlap");
    EXPECT_EQ(refusal("slot y = i64 24 bytes=3\n"), "slot y has 3 bytes for i64");
    EXPECT_EQ(refusal("slot y = i32 24 bytes=8\n"), "slot y has 8 bytes for i32");
    EXPECT_EQ(refusal("slot y = f64 24 bytes=4\n"), "slot y has 4 bytes for f64");
    EXPECT_EQ(refusal("slot y = none 24\n"), "slot y has 0 bytes for none");
}

TEST(Verify, SlotsHaveNamesOfTheirOwnThatTextCanHold) {
    Block block = sample();
    block.slot(make_slot("x", 64, Type::i64));
    EXPECT_EQ(refusal(block), "two slots are named x");
    block = sample();
    block.slot(make_slot("a b", 64, Type::i64));
    EXPECT_EQ(refusal(block), "slot 2 has no name of letters and digits");
}

}  // namespace
}  // namespace vm::ir
