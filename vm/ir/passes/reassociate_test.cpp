#include "vm/ir/passes/reassociate.h"

#include <gtest/gtest.h>

#include "vm/ir/passes/golden.h"

namespace vm::ir::passes {
namespace {

TEST(Reassociate, RoundsThatIndexAnArrayDifferByOffsets) {
    EXPECT_EQ(after(reassociate, R"(%0 = get i64 x
%1 = get i64 y
%2 = shl i64 %0, 3
%3 = add i64 %2, %1
%4 = load i64 u64 [%3] @ pc=0x1000 retired=0
%5 = add i64 %0, 1
%6 = shl i64 %5, 3
%7 = add i64 %1, %6
%8 = load i64 u64 [%7] @ pc=0x1004 retired=1
%9 = add i64 %0, 2
%10 = shl i64 %9, 3
%11 = add i64 %10, %1
store u64 [%11 + 8], %8 @ pc=0x1008 retired=2
x <- %9
z <- %4
goto @ pc=0x100c retired=3
)"),
              R"(%0 = get i64 x
%1 = get i64 y
%2 = shl i64 %0, 3
%3 = add i64 %2, %1
%4 = load i64 u64 [%3] @ pc=0x1000 retired=0
%5 = add i64 %0, 1
%6 = add i64 %2, 8
%7 = add i64 %3, 8
%8 = load i64 u64 [%3 + 8] @ pc=0x1004 retired=1
%9 = add i64 %0, 2
%10 = add i64 %2, 16
%11 = add i64 %3, 16
store u64 [%3 + 24], %8 @ pc=0x1008 retired=2
x <- %9
z <- %4
goto @ pc=0x100c retired=3
)");
}

TEST(Reassociate, SoDoThoseThatShiftAndAddAtOnce) {
    EXPECT_EQ(after(reassociate, R"(%0 = get i64 x
%1 = get i64 y
%2 = shift_add i64 shift=2 %0, %1
%3 = add i64 %0, 5
%4 = shift_add i64 shift=2 %3, %1
%5 = add i64 %1, 7
%6 = shift_add i64 shift=2 %0, %5
%7 = shift_add i64 shift=1 %3, %1
y <- %4
z <- %6
x <- %7
goto @ pc=0x1004 retired=1
)"),
              R"(%0 = get i64 x
%1 = get i64 y
%2 = shift_add i64 shift=2 %0, %1
%3 = add i64 %0, 5
%4 = add i64 %2, 20
%5 = add i64 %1, 7
%6 = add i64 %2, 7
%7 = shift_add i64 shift=1 %3, %1
y <- %4
z <- %6
x <- %7
goto @ pc=0x1004 retired=1
)");
}

TEST(Reassociate, WordsWrapAroundAsWords) {
    EXPECT_EQ(after(reassociate, R"(%0 = get i64 x
%1 = low i32 %0
%2 = shl i32 %1, 4:i32
%3 = add i32 %1, 0x10000001:i32
%4 = shl i32 %3, 4:i32
%5 = sext i64 %2
%6 = sext i64 %4
x <- %5
y <- %6
goto @ pc=0x1004 retired=1
)"),
              R"(%0 = get i64 x
%1 = low i32 %0
%2 = shl i32 %1, 4:i32
%3 = add i32 %1, 0x10000001:i32
%4 = add i32 %2, 16:i32
%5 = sext i64 %2
%6 = sext i64 %4
x <- %5
y <- %6
goto @ pc=0x1004 retired=1
)");
}

// Nothing is gained where the rest has to be computed, too.
TEST(Reassociate, WhatIsNotThereIsNotMade) {
    constexpr std::string_view kText = R"(%0 = get i64 x
%1 = get i64 y
%2 = add i64 %0, 1
%3 = shl i64 %2, 3
%4 = add i64 %3, %1
%5 = shl i64 %0, %2
%6 = shl i64 %0, 4
x <- %4
y <- %5
z <- %6
goto @ pc=0x1004 retired=1
)";
    EXPECT_EQ(after(reassociate, kText), kText);
}

}  // namespace
}  // namespace vm::ir::passes
