#include "vm/ir/passes/sink.h"

#include <gtest/gtest.h>

#include "vm/ir/passes/dead.h"
#include "vm/ir/passes/golden.h"

namespace vm::ir::passes {
namespace {

// What sinking makes of a block, without what nobody needs any more.
std::string sunk(std::string_view text) {
    return after(
        [](Block& block) {
            sink(block);
            dead(block);
        },
        text);
}

TEST(Sink, ExtensionsThatOnlyExitsLookAtAreMadeThere) {
    EXPECT_EQ(sunk(R"(%0 = get i64 x
%1 = low i32 %0
%2 = sext i64 %1
%3 = zext i64 %1
x <- %2
branch eq %1, 0:i32 @ pc=0x2000 retired=1
y <- %3
goto @ pc=0x1008 retired=2
)"),
              R"(%0 = get i64 x
%1 = low i32 %0
x <- sext %1
branch eq %1, 0:i32 @ pc=0x2000 retired=1
y <- zext %1
goto @ pc=0x1008 retired=2
)");
}

TEST(Sink, ConstantsThatOnlyExitsLookAtAreAddedThere) {
    EXPECT_EQ(sunk(R"(%0 = get i64 x
%1 = add i64 %0, 8
%2 = low i32 %0
%3 = sext i64 %2
%4 = add i64 %3, -5
x <- %1
branch eq %2, 0:i32 @ pc=0x2000 retired=1
y <- %4
z <- %1
goto @ pc=0x1008 retired=2
)"),
              R"(%0 = get i64 x
%1 = low i32 %0
x <- %0 + 8
branch eq %1, 0:i32 @ pc=0x2000 retired=1
y <- sext %1 - 5
z <- %0 + 8
goto @ pc=0x1008 retired=2
)");
}

// Nor words, which exits add no constants to, nor more than fits there.
TEST(Sink, OtherSumsAreMadeOnTheWay) {
    constexpr std::string_view kText = R"(%0 = get i64 x
%1 = add i64 %0, 0x80000000
%2 = low i32 %0
%3 = add i32 %2, 1:i32
%4 = add i64 %0, 24
x <- %1
y <- sext %3
z <- %4
branch eq %4, 0 @ pc=0x2000 retired=1
goto @ pc=0x1008 retired=2
)";
    EXPECT_EQ(sunk(kText), kText);
}

TEST(Sink, WhatIsNeededOnTheWayIsMadeOnTheWay) {
    constexpr std::string_view kText = R"(%0 = get i64 x
%1 = low i32 %0
%2 = sext i64 %1
x <- %2
%3 = load i64 u8 [%2] @ pc=0x1004 retired=1
goto @ pc=0x1008 retired=2
)";
    EXPECT_EQ(sunk(kText), kText);
}

TEST(Sink, NansAreMadeCanonicalAndSinglesBoxedWhereTheyAreObserved) {
    EXPECT_EQ(sunk(R"(%0 = get f64 f
%1 = unbox f32 %0
%2 = fadd f32 dyn %1, %1
%3 = canon f32 %2
%4 = box f64 %3
%5 = fmul f64 dyn %0, %0
%6 = canon f64 %5
%7 = fneg f32 %1
%8 = box f64 %7
f <- %4
branch eq 1, 2 @ pc=0x2000 retired=1
g <- %6
branch eq 1, 2 @ pc=0x2000 retired=2
g <- %8
goto @ pc=0x1008 retired=3
)"),
              R"(%0 = get f64 f
%1 = unbox f32 %0
%2 = fadd f32 dyn %1, %1
%3 = fmul f64 dyn %0, %0
%4 = fneg f32 %1
f <- box_canon %2
branch eq 1, 2 @ pc=0x2000 retired=1
g <- canon %3
branch eq 1, 2 @ pc=0x2000 retired=2
g <- box %4
goto @ pc=0x1008 retired=3
)");
}

TEST(Sink, TheRestOfAChainSinksUpToWhatIsNeeded) {
    EXPECT_EQ(sunk(R"(%0 = get f64 f
%1 = unbox f32 %0
%2 = fadd f32 dyn %1, %1
%3 = canon f32 %2
%4 = box f64 %3
%5 = bits i32 %3
f <- %4
branch eq %5, 0:i32 @ pc=0x2000 retired=1
goto @ pc=0x1008 retired=2
)"),
              R"(%0 = get f64 f
%1 = unbox f32 %0
%2 = fadd f32 dyn %1, %1
%3 = canon f32 %2
%4 = bits i32 %3
f <- box %3
branch eq %4, 0:i32 @ pc=0x2000 retired=1
goto @ pc=0x1008 retired=2
)");
}

TEST(Sink, WhatOneWriteMustHaveMadeAnotherTakesMade) {
    EXPECT_EQ(sunk(R"(%0 = get i64 x
%1 = low i32 %0
%2 = sext i64 %1
%3 = xor i64 %2, 1
x <- %2
y <- %3
goto @ pc=0x1008 retired=2
)"),
              R"(%0 = get i64 x
%1 = low i32 %0
%2 = sext i64 %1
%3 = xor i64 %2, 1
x <- %2
y <- %3
goto @ pc=0x1008 retired=2
)");
}

}  // namespace
}  // namespace vm::ir::passes
