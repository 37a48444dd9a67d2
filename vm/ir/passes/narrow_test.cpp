#include "vm/ir/passes/narrow.h"

#include <gtest/gtest.h>

#include "vm/ir/passes/dead.h"
#include "vm/ir/passes/golden.h"

namespace vm::ir::passes {
namespace {

// What narrowing makes of a block, without what nobody needs any more.
std::string narrowed(std::string_view text) {
    return after(
        [](Block& block) {
            narrow(block);
            dead(block);
        },
        text);
}

TEST(Narrow, AnOperationOfWhichOnlyTheLowHalfIsAskedIsOneOfWords) {
    EXPECT_EQ(narrowed(R"(%0 = get i64 x
%1 = get i64 y
%2 = add i64 %0, %1
%3 = low i32 %2
%4 = sext i64 %3
z <- %4
goto @ pc=0x1004 retired=1
)"),
              R"(%0 = get i64 x
%1 = get i64 y
%2 = low i32 %0
%3 = low i32 %1
%4 = add i32 %2, %3
%5 = sext i64 %4
z <- %5
goto @ pc=0x1004 retired=1
)");
}

TEST(Narrow, AChainOfThemExtendsAtItsEnd) {
    EXPECT_EQ(narrowed(R"(%0 = get i64 x
%1 = get i64 y
%2 = add i64 %0, %1
%3 = low i32 %2
%4 = sext i64 %3
%5 = mul i64 %4, 7
%6 = low i32 %5
%7 = sext i64 %6
z <- %7
goto @ pc=0x1008 retired=2
)"),
              R"(%0 = get i64 x
%1 = get i64 y
%2 = low i32 %0
%3 = low i32 %1
%4 = add i32 %2, %3
%5 = mul i32 %4, 7:i32
%6 = sext i64 %5
z <- %6
goto @ pc=0x1008 retired=2
)");
}

TEST(Narrow, WritesThatNoExitShowsDoNotAsk) {
    EXPECT_EQ(narrowed(R"(%0 = get i64 x
%1 = add i64 %0, 5
z <- %1
%2 = low i32 %1
%3 = sext i64 %2
z <- %3
goto @ pc=0x1008 retired=2
)"),
              R"(%0 = get i64 x
%1 = low i32 %0
%2 = add i32 %1, 5:i32
%3 = sext i64 %2
z <- %3
goto @ pc=0x1008 retired=2
)");
}

TEST(Narrow, WhoeverAsksForAllGetsAll) {
    constexpr std::string_view kText = R"(%0 = get i64 x
%1 = add i64 %0, 5
%2 = low i32 %1
%3 = sext i64 %2
z <- %3
branch lts %1, 0 @ pc=0x2000 retired=1
goto @ pc=0x1008 retired=2
)";
    EXPECT_EQ(narrowed(kText), kText);
}

TEST(Narrow, StoresOfWordsAskForWords) {
    EXPECT_EQ(narrowed(R"(%0 = get i64 x
%1 = get i64 y
%2 = xor i64 %0, %1
%3 = low i32 %2
store u8 [%0], %3 @ pc=0x1000 retired=0
goto @ pc=0x1004 retired=1
)"),
              R"(%0 = get i64 x
%1 = get i64 y
%2 = low i32 %0
%3 = low i32 %1
%4 = xor i32 %2, %3
store u8 [%0], %4 @ pc=0x1000 retired=0
goto @ pc=0x1004 retired=1
)");
}

TEST(Narrow, ShiftsLeftByLessThanAWordAreOfWords) {
    EXPECT_EQ(narrowed(R"(%0 = get i64 x
%1 = get i64 y
%2 = shl i64 %0, 5
%3 = low i32 %2
x <- sext %3
%4 = and i64 %1, 31
%5 = shl i64 %0, %4
%6 = low i32 %5
y <- sext %6
goto @ pc=0x1008 retired=2
)"),
              R"(%0 = get i64 x
%1 = get i64 y
%2 = low i32 %0
%3 = shl i32 %2, 5:i32
%4 = low i32 %1
%5 = shl i32 %2, %4
x <- sext %3
y <- sext %5
goto @ pc=0x1008 retired=2
)");
}

TEST(Narrow, ShiftsByMoreAndByUnknownAmountsStay) {
    constexpr std::string_view kText = R"(%0 = get i64 x
%1 = get i64 y
%2 = shl i64 %0, 40
%3 = low i32 %2
%4 = shl i64 %0, %1
%5 = low i32 %4
x <- sext %3
y <- sext %5
goto @ pc=0x1008 retired=2
)";
    EXPECT_EQ(narrowed(kText), kText);
}

TEST(Narrow, ExtendedWordsShiftRightAsWords) {
    EXPECT_EQ(narrowed(R"(%0 = get i64 x
%1 = low i32 %0
%2 = zext i64 %1
%3 = shr i64 %2, 7
%4 = sext i64 %1
%5 = sar i64 %4, 7
y <- %3
z <- %5
goto @ pc=0x1008 retired=2
)"),
              R"(%0 = get i64 x
%1 = low i32 %0
%2 = shr i32 %1, 7:i32
%3 = zext i64 %2
%4 = sar i32 %1, 7:i32
%5 = sext i64 %4
y <- %3
z <- %5
goto @ pc=0x1008 retired=2
)");
}

TEST(Narrow, AmountsOfShiftsOfWordsNeedNoMask) {
    EXPECT_EQ(narrowed(R"(%0 = get i64 x
%1 = get i64 y
%2 = low i32 %0
%3 = sext i64 %2
%4 = and i64 %1, 31
%5 = sar i64 %3, %4
z <- %5
goto @ pc=0x1008 retired=2
)"),
              R"(%0 = get i64 x
%1 = get i64 y
%2 = low i32 %0
%3 = low i32 %1
%4 = sar i32 %2, %3
%5 = sext i64 %4
z <- %5
goto @ pc=0x1008 retired=2
)");
}

TEST(Narrow, TheQuotientOfWordsIsOneInItsLowHalf) {
    EXPECT_EQ(narrowed(R"(%0 = get i64 x
%1 = low i32 %0
%2 = sext i64 %1
%3 = load i64 s32 [%0] @ pc=0x1000 retired=0
%4 = divs i64 %2, %3
%5 = low i32 %4
x <- sext %5
%6 = rems i64 %2, %3
y <- %6
%7 = divs i64 %3, %2
z <- %7
goto @ pc=0x1008 retired=2
)"),
              R"(%0 = get i64 x
%1 = low i32 %0
%2 = sext i64 %1
%3 = load i64 s32 [%0] @ pc=0x1000 retired=0
%4 = low i32 %3
%5 = divs i32 %1, %4
%6 = rems i32 %1, %4
%7 = sext i64 %6
%8 = divs i64 %3, %2
x <- sext %5
y <- %7
z <- %8
goto @ pc=0x1008 retired=2
)");
}

TEST(Narrow, LogicOnExtendedWordsExtendsItsResult) {
    EXPECT_EQ(narrowed(R"(%0 = get i64 x
%1 = low i32 %0
%2 = sext i64 %1
%3 = load i64 s16 [%0] @ pc=0x1000 retired=0
%4 = xor i64 %2, %3
%5 = mins i64 %2, %3
y <- %4
z <- %5
goto @ pc=0x1008 retired=2
)"),
              R"(%0 = get i64 x
%1 = low i32 %0
%2 = load i64 s16 [%0] @ pc=0x1000 retired=0
%3 = low i32 %2
%4 = xor i32 %1, %3
%5 = sext i64 %4
%6 = mins i32 %1, %3
%7 = sext i64 %6
y <- %5
z <- %7
goto @ pc=0x1008 retired=2
)");
}

TEST(Narrow, OrderOfZeroExtendedWordsIsUnsigned) {
    constexpr std::string_view kText = R"(%0 = get i64 x
%1 = get i64 y
%2 = low i32 %0
%3 = low i32 %1
%4 = zext i64 %2
%5 = zext i64 %3
%6 = maxs i64 %4, %5
z <- %6
goto @ pc=0x1008 retired=2
)";
    EXPECT_EQ(narrowed(kText), kText);
}

TEST(Narrow, MasksOfTheLowHalfAskForNoMore) {
    EXPECT_EQ(narrowed(R"(%0 = get i64 x
%1 = add i64 %0, 3
%2 = and i64 %1, 0x3ffc
%3 = add i64 %0, 4
%4 = zext8 i64 %3
y <- %2
z <- %4
goto @ pc=0x1008 retired=2
)"),
              R"(%0 = get i64 x
%1 = low i32 %0
%2 = add i32 %1, 3:i32
%3 = and i32 %2, 0x3ffc:i32
%4 = zext i64 %3
%5 = add i32 %1, 4:i32
%6 = zext8 i64 %5
y <- %4
z <- %6
goto @ pc=0x1008 retired=2
)");
}

TEST(Narrow, ASelectComparesAllAndChoosesWords) {
    EXPECT_EQ(narrowed(R"(%0 = get i64 x
%1 = get i64 y
%2 = select i64 lts %0, 5, %1, %0
%3 = low i32 %2
z <- sext %3
goto @ pc=0x1004 retired=1
)"),
              R"(%0 = get i64 x
%1 = get i64 y
%2 = low i32 %1
%3 = low i32 %0
%4 = select i32 lts %0, 5, %2, %3
z <- sext %4
goto @ pc=0x1004 retired=1
)");
}

}  // namespace
}  // namespace vm::ir::passes
