#include "vm/ir/parse.h"

#include <gtest/gtest.h>

#include "vm/ir/print.h"
#include "vm/ir/random_block.h"

namespace vm::ir {
namespace {

constexpr std::string_view kSlots = R"(slot x = i64 8
slot f = f64 16
slot frm = i32 32 bytes=1
)";
constexpr std::string_view kEnd = "goto @ pc=0x1004 retired=9\n";

std::string whole(std::string_view middle) { return fmt::format("{}{}{}", kSlots, middle, kEnd); }

// Prints what was parsed, or says why it was not.
std::string again(const std::string& text) {
    const auto block = parse(text);
    return block ? print(*block) : block.error().message;
}
std::string refusal(std::string_view middle) {
    const auto block = parse(whole(middle));
    return block ? "it was taken" : block.error().message;
}

TEST(Parse, ReadsWhatPrintWrites) {
    const std::string text = whole(R"(%0 = get i64 x
%1 = get f64 f
%2 = get i32 frm
%3 = sext8 i64 %2
%4 = shift_add i64 shift=3 %0, -5
%5 = extract i64 first=8 count=12 %4
%6 = select f64 geu %0, 0x1000, %1, 0x3ff0000000000000:f64
%7 = fmadd f64 dyn %1, %6, %1
%8 = float_to_signed i32 rtz %7
%9 = load f32 u32 device [%0 - 16] @ pc=0x1000 retired=0
f <- box %9
frm <- 3:i32
store u16 [0x80000000 + 2], %8 @ pc=0x1004 retired=1
fence full
%12 = call i64 7(%0, %1, %2) exits reads writes reads_state writes_state flags @ pc=0x1008 retired=2
call none 8()
x <- sext %8 - 24
f <- box_canon %9
x <- %0 + 3
branch lts %8, -1:i32 @ pc=0x2000 retired=3
leave_if wait eq %0, 0 @ pc=0x100c retired=3
nop
)");
    EXPECT_EQ(again(text), text);
}

TEST(Parse, ReadsEachEnd) {
    for (const std::string_view end :
         {"goto call=0x1008 @ pc=0x2000 retired=1\n", "goto_value return %0 @ pc=0x1000 retired=1\n",
          "goto_value call=0x1008 %0 @ pc=0x1000 retired=1\n",
          "leave environment_call @ pc=0x1000 retired=0\n", "trap 13 %0 @ pc=0x1000 retired=0\n"}) {
        const std::string text = fmt::format("slot x = i64 8\n%0 = get i64 x\n{}", end);
        EXPECT_EQ(again(text), text);
    }
}

TEST(Parse, BlocksByChanceComeBackAsTheyWere) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        const std::string text = print(random_block(seed));
        ASSERT_EQ(again(text), text) << "seed " << seed;
    }
}

TEST(Parse, NothingIsSimplified) {
    const std::string text = whole("%0 = add i64 2, 3\nx <- %0\n");
    EXPECT_EQ(again(text), text);
}

TEST(Parse, SpacesBlankLinesAndCommentsDoNotCount) {
    EXPECT_EQ(again("\n  # nothing\nslot x=i64 8\r\n\n\tgoto  @pc = 4096 retired=0x1 # the end"),
              "slot x = i64 8\ngoto @ pc=0x1000 retired=1\n");
}

TEST(Parse, NumbersAreThoseOfTheirType) {
    EXPECT_EQ(refusal("x <- -0x8000000000000000\n"), "it was taken");
    EXPECT_EQ(refusal("x <- 0xffffffffffffffff\n"), "it was taken");
    EXPECT_EQ(refusal("x <- 0x10000000000000000\n"), "line 4: a number expected, not '0x10000000000000000'");
    EXPECT_EQ(refusal("x <- -0x8000000000000001\n"), "line 4: the number does not fit");
    EXPECT_EQ(refusal("frm <- 0x100000000:i32\n"), "line 4: the number does not fit");
    EXPECT_EQ(refusal("x <- 1 + 0x80000000\n"), "line 4: the number does not fit");
    EXPECT_EQ(refusal("x <- 1:none\n"), "line 4: a constant has a type");
    EXPECT_EQ(refusal("x <- 0xg\n"), "line 4: a number expected, not '0xg'");
}

TEST(Parse, SaysWhatIsWrongWithALine) {
    EXPECT_EQ(refusal("= 5\n"), "line 4: a statement expected, not '= 5'");
    EXPECT_EQ(refusal("%1 = get i64 x\n"), "line 4: this is node %0");
    EXPECT_EQ(refusal("%0 get i64 x\n"), "line 4: = expected, not 'get i64 x'");
    EXPECT_EQ(refusal("%0 = frobnicate i64 1\n"), "line 4: there is no operation frobnicate");
    EXPECT_EQ(refusal("%0 = get word x\n"), "line 4: a type expected, not 'word x'");
    EXPECT_EQ(refusal("%0 = get i64 y\n"), "line 4: there is no slot y");
    EXPECT_EQ(refusal("y <- 1\n"), "line 4: there is no slot y");
    EXPECT_EQ(refusal("%0 = not i64 %0\n"), "line 4: there is no operation not");
    EXPECT_EQ(refusal("%0 = clz i64 %0\n"), "line 4: %0 is not defined yet");
    EXPECT_EQ(refusal("%0 = clz i64 1 2\n"), "line 4: the end of the line expected, not '2'");
    EXPECT_EQ(refusal("%0 = add i64 1\n"), "line 4: , expected");
    EXPECT_EQ(refusal("add i64 1, 2\n"), "line 4: its value needs a name");
    EXPECT_EQ(refusal("%0 = fence full\n"), "line 4: it has no value");
    EXPECT_EQ(refusal("fence wobbly\n"), "line 4: a kind of fence expected, not 'wobbly'");
    EXPECT_EQ(refusal("call none 1(1, 2, 3, 4, 5)\n"), "line 4: too many arguments");
    EXPECT_EQ(refusal("%0 = extract i64 first=64 count=1 5\n"), "line 4: the field does not fit");
    EXPECT_EQ(refusal("leave_if wait eq 1, 1 @ pc=0 retired=0x100000000\n"), "line 4: too many instructions");
}

TEST(Parse, SaysWhatIsWrongWithASlot) {
    EXPECT_EQ(refusal("slot x = i64 40\n"), "line 4: there is a slot x");
    EXPECT_EQ(refusal("slot y = i64 8\n"), "line 4: there is a slot at 8");
    EXPECT_EQ(refusal("slot abcdefghij = i64 40\n"),
              "line 4: a slot's name of 1 to 9 letters expected, not '= i64 40'");
    EXPECT_EQ(refusal("slot y = i64 0x100000000\n"), "line 4: the slot does not fit");
    EXPECT_EQ(refusal("slot y = i64 40 bytes=9\n"), "line 4: the slot does not fit");
}

TEST(Parse, MessagesHoldNoBytesThatTerminalsObey) {
    EXPECT_EQ(refusal("\x1b[2J\n"), "line 4: a statement expected, not '?[2J'");
}

TEST(Parse, WhatDoesNotVerifyIsRefused) {
    EXPECT_EQ(refusal("%0 = add i64 1, 2:i32\n"), "node %0 (add): operand 1 is i32, i64 is wanted");
    const auto block = parse("");
    ASSERT_FALSE(block.has_value());
    EXPECT_EQ(block.error().message, "the block has no end");
}

}  // namespace
}  // namespace vm::ir
