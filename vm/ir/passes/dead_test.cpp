#include "vm/ir/passes/dead.h"

#include <gtest/gtest.h>

#include "vm/ir/passes/golden.h"

namespace vm::ir::passes {
namespace {

TEST(Dead, WhatNeitherANodeNorAnExitNeedsGoes) {
    EXPECT_EQ(after(dead, R"(%0 = get i64 x
%1 = add i64 %0, 1
nop
%3 = mul i64 %1, %1
%4 = add i64 %0, 2
y <- %4
goto @ pc=0x1004 retired=1
)"),
              R"(%0 = get i64 x
%1 = add i64 %0, 2
y <- %1
goto @ pc=0x1004 retired=1
)");
}

TEST(Dead, WhatMayExitOrRaisesFlagsStaysThoughNobodyUsesIt) {
    constexpr std::string_view kText = R"(%0 = get i64 x
%1 = load i64 u64 [%0] @ pc=0x1000 retired=0
%2 = get f64 f
%3 = fadd f64 dyn %2, %2
%4 = call i64 3() writes
branch eq %0, 0 @ pc=0x2000 retired=1
goto @ pc=0x1008 retired=2
)";
    EXPECT_EQ(after(dead, kText), kText);
}

TEST(Dead, ACallThatOnlyReadsGoes) {
    EXPECT_EQ(after(dead, R"(%0 = call i64 3() reads
%1 = call i64 4() reads_state @ pc=0x1000 retired=0
goto @ pc=0x1004 retired=1
)"),
              "goto @ pc=0x1004 retired=1\n");
}

TEST(Dead, WhatOnlyOverwrittenStateNeedsGoes) {
    EXPECT_EQ(after(dead, R"(%0 = get i64 x
%1 = add i64 %0, 1
y <- %1
%2 = add i64 %0, 2
y <- %2
goto @ pc=0x1008 retired=2
)"),
              R"(%0 = get i64 x
%1 = add i64 %0, 2
y <- %1
goto @ pc=0x1008 retired=2
)");
}

TEST(Dead, WhatASideExitShowsStays) {
    constexpr std::string_view kText = R"(%0 = get i64 x
%1 = add i64 %0, 1
y <- %1
branch eq %0, 0 @ pc=0x2000 retired=1
y <- 2
goto @ pc=0x1008 retired=2
)";
    EXPECT_EQ(after(dead, kText), kText);
}

}  // namespace
}  // namespace vm::ir::passes
