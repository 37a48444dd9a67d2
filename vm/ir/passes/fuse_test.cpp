#include "vm/ir/passes/fuse.h"

#include <gtest/gtest.h>

#include "vm/ir/passes/dead.h"
#include "vm/ir/passes/golden.h"

namespace vm::ir::passes {
namespace {

// What fusing makes of a block, without what nobody needs any more.
std::string fused(std::string_view text) {
    return after(
        [](Block& block) {
            fuse(block);
            dead(block);
        },
        text);
}

TEST(Fuse, AShiftByOneToThreeIsPartOfTheAddition) {
    EXPECT_EQ(fused(R"(%0 = get i64 x
%1 = get i64 y
%2 = shl i64 %0, 3
%3 = add i64 %1, %2
z <- %3
goto @ pc=0x1004 retired=1
)"),
              R"(%0 = get i64 x
%1 = get i64 y
%2 = shift_add i64 shift=3 %0, %1
z <- %2
goto @ pc=0x1004 retired=1
)");
}

TEST(Fuse, OtherShiftsAreNot) {
    constexpr std::string_view kText = R"(%0 = get i64 x
%1 = get i64 y
%2 = shl i64 %0, 4
%3 = add i64 %1, %2
%4 = shl i64 %0, %1
%5 = add i64 %1, %4
y <- %3
z <- %5
goto @ pc=0x1004 retired=1
)";
    EXPECT_EQ(fused(kText), kText);
}

TEST(Fuse, WhatOthersUseStaysAsItIs) {
    constexpr std::string_view kText = R"(%0 = get i64 x
%1 = get i64 y
%2 = shl i64 %0, 3
%3 = add i64 %1, %2
y <- %2
z <- %3
goto @ pc=0x1004 retired=1
)";
    EXPECT_EQ(fused(kText), kText);
}

TEST(Fuse, ThreeFiveAndNineTimesAreAdditionsOfSomethingShifted) {
    EXPECT_EQ(fused(R"(%0 = get i64 x
%1 = mul i64 %0, 3
%2 = mul i64 %0, 5
%3 = mul i64 %0, 9
%4 = mul i64 %0, 7
x <- %1
y <- %2
z <- %3
goto_value %4 @ pc=0x1004 retired=1
)"),
              R"(%0 = get i64 x
%1 = shift_add i64 shift=1 %0, %0
%2 = shift_add i64 shift=2 %0, %0
%3 = shift_add i64 shift=3 %0, %0
%4 = mul i64 %0, 7
x <- %1
y <- %2
z <- %3
goto_value %4 @ pc=0x1004 retired=1
)");
}

TEST(Fuse, BothHalvesOfAProductComeFromOneMultiplication) {
    EXPECT_EQ(fused(R"(%0 = get i64 x
%1 = get i64 y
%2 = mulhs i64 %0, %1
%3 = mul i64 %1, %0
x <- %2
y <- %3
goto @ pc=0x1008 retired=2
)"),
              R"(%0 = get i64 x
%1 = get i64 y
%2 = mulhs i64 %0, %1
%3 = product_low i64 %2, %1, %0
x <- %2
y <- %3
goto @ pc=0x1008 retired=2
)");
}

TEST(Fuse, AnUpperHalfThatIsAskedForBehindTheLowerOneMovesBeforeIt) {
    EXPECT_EQ(fused(R"(%0 = get i64 x
%1 = get i64 y
%2 = mul i64 %0, %1
%3 = add i64 %2, 1
%4 = load i64 u8 [%3] @ pc=0x1004 retired=1
%5 = mulhu i64 %0, %1
x <- %2
y <- %5
z <- %4
goto @ pc=0x100c retired=3
)"),
              R"(%0 = get i64 x
%1 = get i64 y
%2 = mulhu i64 %0, %1
%3 = product_low i64 %2, %0, %1
%4 = add i64 %3, 1
%5 = load i64 u8 [%4] @ pc=0x1004 retired=1
x <- %3
y <- %2
z <- %5
goto @ pc=0x100c retired=3
)");
}

TEST(Fuse, AnUpperHalfThatNobodyAsksForTakesNoPart) {
    EXPECT_EQ(fused(R"(%0 = get i64 x
%1 = mulhu i64 %0, %0
%2 = mul i64 %0, %0
x <- %2
goto @ pc=0x1004 retired=1
)"),
              R"(%0 = get i64 x
%1 = mul i64 %0, %0
x <- %1
goto @ pc=0x1004 retired=1
)");
}

TEST(Fuse, BitsLoadedForAFloatingPointRegisterAreLoadedThere) {
    EXPECT_EQ(fused(R"(%0 = get i64 x
%1 = load i64 u64 [%0] @ pc=0x1000 retired=0
%2 = float f64 %1
%3 = load i64 s32 device [%0 + 8] @ pc=0x1004 retired=1
%4 = low i32 %3
%5 = float f32 %4
%6 = fwiden f64 %5
f <- %2
g <- box %5
goto @ pc=0x1008 retired=2
)"),
              R"(%0 = get i64 x
%1 = load f64 u64 [%0] @ pc=0x1000 retired=0
%2 = load f32 u32 device [%0 + 8] @ pc=0x1004 retired=1
%3 = fwiden f64 %2
f <- %1
g <- box %2
goto @ pc=0x1008 retired=2
)");
}

TEST(Fuse, LoadedBitsThatOthersUseStayBits) {
    constexpr std::string_view kText = R"(%0 = get i64 x
%1 = load i64 u64 [%0] @ pc=0x1000 retired=0
%2 = float f64 %1
f <- %2
y <- %1
goto @ pc=0x1004 retired=1
)";
    EXPECT_EQ(fused(kText), kText);
}

// Or it would not verify until something removes what nobody needs.
TEST(Fuse, LoadedBitsStayBitsForWhatNobodyNeeds) {
    constexpr std::string_view kText = R"(%0 = get i64 x
%1 = load i64 u64 [%0] @ pc=0x1000 retired=0
%2 = add i64 %1, 1
%3 = float f64 %1
f <- %3
goto @ pc=0x1004 retired=1
)";
    EXPECT_EQ(after(fuse, kText), kText);
}

}  // namespace
}  // namespace vm::ir::passes
