#include "vm/ir/passes/forward.h"

#include <gtest/gtest.h>

#include "vm/ir/passes/golden.h"

namespace vm::ir::passes {
namespace {

TEST(Forward, ALoadOfWhatWasStoredTakesTheValue) {
    EXPECT_EQ(after(forward, R"(%0 = get i64 x
%1 = get i64 y
store u64 [%0 + 8], %1 @ pc=0x1000 retired=0
%3 = load i64 u64 [%0 + 8] @ pc=0x1004 retired=1
z <- %3
goto @ pc=0x1008 retired=2
)"),
              R"(%0 = get i64 x
%1 = get i64 y
store u64 [%0 + 8], %1 @ pc=0x1000 retired=0
z <- %1
goto @ pc=0x1008 retired=2
)");
}

TEST(Forward, ANarrowLoadExtendsTheLowBytes) {
    EXPECT_EQ(after(forward, R"(%0 = get i64 x
%1 = get i64 y
store u64 [%0], %1 @ pc=0x1000 retired=0
%3 = load i64 s8 [%0] @ pc=0x1004 retired=1
%4 = load i64 u16 [%0] @ pc=0x1008 retired=2
%5 = load i64 s32 [%0] @ pc=0x100c retired=3
x <- %3
y <- %4
z <- %5
goto @ pc=0x1010 retired=4
)"),
              R"(%0 = get i64 x
%1 = get i64 y
store u64 [%0], %1 @ pc=0x1000 retired=0
%3 = sext8 i64 %1
%4 = zext16 i64 %1
%5 = low i32 %1
%6 = sext i64 %5
x <- %3
y <- %4
z <- %6
goto @ pc=0x1010 retired=4
)");
}

TEST(Forward, ALoadTakesWhatAnEarlierOneLoaded) {
    EXPECT_EQ(after(forward, R"(%0 = get i64 x
%1 = load i64 s32 [%0 + 4] @ pc=0x1000 retired=0
%2 = load i64 u32 [%0 + 4] @ pc=0x1004 retired=1
%3 = load i64 s32 [%0 + 4] @ pc=0x1008 retired=2
y <- %2
z <- %3
goto @ pc=0x100c retired=3
)"),
              R"(%0 = get i64 x
%1 = load i64 s32 [%0 + 4] @ pc=0x1000 retired=0
%2 = low i32 %1
%3 = zext i64 %2
%4 = low i32 %1
y <- %3
z <- %1
goto @ pc=0x100c retired=3
)");
}

// The address of the last load may have depended on the second one, before that was simplified away.
TEST(Forward, ALoadBehindAnotherOneIsNotWhatWasLoadedBefore) {
    constexpr std::string_view kText = R"(%0 = get i64 x
%1 = get i64 y
%2 = load i64 u64 [%0] @ pc=0x1000 retired=0
%3 = load i64 u64 [%1] @ pc=0x1004 retired=1
%4 = load i64 u64 [%0] @ pc=0x1008 retired=2
x <- %2
y <- %3
z <- %4
goto @ pc=0x100c retired=3
)";
    EXPECT_EQ(after(forward, kText), kText);
}

TEST(Forward, BytesThatWereNotInHandAreLoaded) {
    constexpr std::string_view kText = R"(%0 = get i64 x
%1 = load i64 u8 [%0] @ pc=0x1000 retired=0
%2 = load i64 u16 [%0] @ pc=0x1004 retired=1
%3 = load i64 u8 [%0 + 1] @ pc=0x1008 retired=2
goto @ pc=0x100c retired=3
)";
    EXPECT_EQ(after(forward, kText), kText);
}

TEST(Forward, AStoreElsewhereMayMeetTheSameBytes) {
    constexpr std::string_view kText = R"(%0 = get i64 x
%1 = get i64 y
%2 = load i64 u64 [%0] @ pc=0x1000 retired=0
store u8 [%1], 1:i32 @ pc=0x1004 retired=1
%4 = load i64 u64 [%0] @ pc=0x1008 retired=2
goto @ pc=0x100c retired=3
)";
    EXPECT_EQ(after(forward, kText), kText);
}

TEST(Forward, AStoreNearByOfTheSameBaseDoesNot) {
    EXPECT_EQ(after(forward, R"(%0 = get i64 x
%1 = load i64 u64 [%0] @ pc=0x1000 retired=0
store u64 [%0 + 8], %1 @ pc=0x1004 retired=1
store u64 [%0 - 8], %1 @ pc=0x1008 retired=2
%4 = load i64 u64 [%0] @ pc=0x100c retired=3
y <- %4
goto @ pc=0x1010 retired=4
)"),
              R"(%0 = get i64 x
%1 = load i64 u64 [%0] @ pc=0x1000 retired=0
store u64 [%0 + 8], %1 @ pc=0x1004 retired=1
store u64 [%0 - 8], %1 @ pc=0x1008 retired=2
y <- %1
goto @ pc=0x1010 retired=4
)");
}

TEST(Forward, AStoreThatOverlapsForgetsWhatItOverwrites) {
    constexpr std::string_view kText = R"(%0 = get i64 x
%1 = load i64 u64 [%0] @ pc=0x1000 retired=0
store u8 [%0 + 7], 1:i32 @ pc=0x1004 retired=1
%3 = load i64 u64 [%0] @ pc=0x1008 retired=2
goto @ pc=0x100c retired=3
)";
    EXPECT_EQ(after(forward, kText), kText);
}

TEST(Forward, PagesOfTheGuestMayBeTheSameMemory) {
    constexpr std::string_view kText = R"(%0 = get i64 x
%1 = load i64 u64 [%0] @ pc=0x1000 retired=0
store u64 [%0 + 4096], %1 @ pc=0x1004 retired=1
%3 = load i64 u64 [%0] @ pc=0x1008 retired=2
store u64 [%0 - 4089], %1 @ pc=0x100c retired=3
%5 = load i64 u64 [%0] @ pc=0x1010 retired=4
goto @ pc=0x1014 retired=5
)";
    EXPECT_EQ(after(forward, kText), kText);
}

TEST(Forward, NothingIsKnownBehindAFenceOrACallWithEffects) {
    constexpr std::string_view kText = R"(%0 = get i64 x
%1 = load i64 u64 [%0] @ pc=0x1000 retired=0
fence acquire
%3 = load i64 u64 [%0] @ pc=0x1008 retired=2
call none 3() writes
%5 = load i64 u64 [%0] @ pc=0x1010 retired=4
goto @ pc=0x1014 retired=5
)";
    EXPECT_EQ(after(forward, kText), kText);
}

TEST(Forward, APureCallChangesNothing) {
    EXPECT_EQ(after(forward, R"(%0 = get i64 x
%1 = load i64 u64 [%0] @ pc=0x1000 retired=0
%2 = call i64 3(%1)
%3 = load i64 u64 [%0] @ pc=0x1004 retired=1
y <- %3
goto @ pc=0x1008 retired=2
)"),
              R"(%0 = get i64 x
%1 = load i64 u64 [%0] @ pc=0x1000 retired=0
%2 = call i64 3(%1)
y <- %1
goto @ pc=0x1008 retired=2
)");
}

TEST(Forward, AccessesThatMayBeADevicesHappen) {
    constexpr std::string_view kText = R"(%0 = get i64 x
%1 = load i64 u64 device [%0] @ pc=0x1000 retired=0
%2 = load i64 u64 device [%0] @ pc=0x1004 retired=1
%3 = load i64 u64 [%0] @ pc=0x1008 retired=2
store u64 device [%0], %3 @ pc=0x100c retired=3
%5 = load i64 u64 [%0] @ pc=0x1010 retired=4
goto @ pc=0x1014 retired=5
)";
    EXPECT_EQ(after(forward, kText), kText);
}

TEST(Forward, ValuesChangeTheirKindOnTheWay) {
    EXPECT_EQ(after(forward, R"(%0 = get i64 x
%1 = get f64 f
store u64 [%0], %1 @ pc=0x1000 retired=0
%3 = load f64 u64 [%0] @ pc=0x1004 retired=1
%4 = load i64 u64 [%0] @ pc=0x1008 retired=2
%5 = load f32 u32 [%0] @ pc=0x100c retired=3
g <- %3
y <- %4
f <- box %5
goto @ pc=0x1010 retired=4
)"),
              R"(%0 = get i64 x
%1 = get f64 f
store u64 [%0], %1 @ pc=0x1000 retired=0
%3 = bits i64 %1
%4 = bits i64 %1
%5 = low i32 %4
%6 = float f32 %5
g <- %1
y <- %3
f <- box %6
goto @ pc=0x1010 retired=4
)");
}

TEST(Forward, AddressesAreComparedAsFarAsTheyAreKnown) {
    EXPECT_EQ(after(forward, R"(%0 = get i64 x
store u64 [0x8000], %0 @ pc=0x1000 retired=0
%2 = load i64 u64 [0x7ff8 + 8] @ pc=0x1004 retired=1
y <- %2
goto @ pc=0x1008 retired=2
)"),
              R"(%0 = get i64 x
store u64 [0x8000], %0 @ pc=0x1000 retired=0
y <- %0
goto @ pc=0x1008 retired=2
)");
}

}  // namespace
}  // namespace vm::ir::passes
