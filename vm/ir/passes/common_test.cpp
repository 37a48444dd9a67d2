#include "vm/ir/passes/common.h"

#include <gtest/gtest.h>

#include "vm/ir/passes/golden.h"

namespace vm::ir::passes {
namespace {

TEST(Common, WhatHasBeenComputedIsNotComputedAgain) {
    EXPECT_EQ(after(common, R"(%0 = get i64 x
%1 = get i64 y
%2 = add i64 %0, %1
%3 = add i64 %1, %0
%4 = sub i64 %3, %2
z <- %4
goto @ pc=0x1004 retired=1
)"),
              R"(%0 = get i64 x
%1 = get i64 y
%2 = add i64 %0, %1
nop
%4 = sub i64 %2, %2
z <- %4
goto @ pc=0x1004 retired=1
)");
}

TEST(Common, AddressesAreShared) {
    EXPECT_EQ(after(common, R"(%0 = get i64 x
%1 = add i64 %0, 0x10000
%2 = load i64 u64 [%1] @ pc=0x1000 retired=0
%3 = add i64 %0, 0x10000
%4 = low i32 %2
store u32 [%3 + 8], %4 @ pc=0x1004 retired=1
goto @ pc=0x1008 retired=2
)"),
              R"(%0 = get i64 x
%1 = add i64 %0, 0x10000
%2 = load i64 u64 [%1] @ pc=0x1000 retired=0
nop
%4 = low i32 %2
store u32 [%1 + 8], %4 @ pc=0x1004 retired=1
goto @ pc=0x1008 retired=2
)");
}

TEST(Common, OtherTypesAndDetailsAreOtherValues) {
    constexpr std::string_view kText = R"(%0 = get i64 x
%1 = zext8 i64 %0
%2 = zext8 i32 %0
%3 = extract i64 first=8 count=12 %0
%4 = extract i64 first=9 count=12 %0
%5 = shift_add i64 shift=1 %0, %0
%6 = shift_add i64 shift=2 %0, %0
goto @ pc=0x1004 retired=1
)";
    EXPECT_EQ(after(common, kText), kText);
}

TEST(Common, WhatLoadsOrRaisesFlagsIsDoneEachTime) {
    constexpr std::string_view kText = R"(%0 = get i64 x
%1 = load i64 u64 [%0] @ pc=0x1000 retired=0
%2 = load i64 u64 [%0] @ pc=0x1004 retired=1
%3 = get f64 f
%4 = fadd f64 dyn %3, %3
%5 = fadd f64 dyn %3, %3
%6 = call i64 3(%0) reads
%7 = call i64 3(%0) reads
goto @ pc=0x1008 retired=2
)";
    EXPECT_EQ(after(common, kText), kText);
}

TEST(Common, ASlotIsReadAgainOnlyBehindACallThatWritesState) {
    EXPECT_EQ(after(common, R"(%0 = get i64 x
%1 = get i64 x
call none 3() writes_state @ pc=0x1000 retired=0
%3 = get i64 x
%4 = get i64 x
%5 = sub i64 %1, %4
y <- %5
goto @ pc=0x1004 retired=1
)"),
              R"(%0 = get i64 x
nop
call none 3() writes_state @ pc=0x1000 retired=0
%3 = get i64 x
nop
%5 = sub i64 %0, %3
y <- %5
goto @ pc=0x1004 retired=1
)");
}

TEST(Common, APureCallIsMadeOnce) {
    EXPECT_EQ(after(common, R"(%0 = call i64 3(5)
%1 = call i64 3(5)
x <- %1
goto @ pc=0x1004 retired=1
)"),
              R"(%0 = call i64 3(5)
nop
x <- %0
goto @ pc=0x1004 retired=1
)");
}

}  // namespace
}  // namespace vm::ir::passes
