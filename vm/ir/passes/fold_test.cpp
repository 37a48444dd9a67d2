#include "vm/ir/passes/fold.h"

#include <gtest/gtest.h>

#include "vm/ir/passes/golden.h"

namespace vm::ir::passes {
namespace {

TEST(Fold, OperandsThatHaveBecomeKnownFold) {
    EXPECT_EQ(after(fold, R"(%0 = add i64 2, 3
%1 = get i64 x
%2 = add i64 %1, %0
%3 = sub i64 %2, 5
y <- %2
z <- %3
goto @ pc=0x1004 retired=1
)"),
              R"(%0 = get i64 x
%1 = add i64 %0, 5
y <- %1
z <- %0
goto @ pc=0x1004 retired=1
)");
}

TEST(Fold, ASideExitThatIsNeverTakenGoes) {
    EXPECT_EQ(after(fold, R"(x <- 1
branch ne 3, 3 @ pc=0x2000 retired=1
y <- 2
goto @ pc=0x1008 retired=2
)"),
              R"(x <- 1
y <- 2
goto @ pc=0x1008 retired=2
)");
}

TEST(Fold, ABranchThatIsAlwaysTakenEndsTheBlock) {
    EXPECT_EQ(after(fold, R"(%0 = get i64 x
y <- %0
branch eq 3, 3 @ pc=0x2000 retired=1
%2 = add i64 %0, 1
y <- %2
branch eq %2, 0 @ pc=0x3000 retired=2
goto @ pc=0x100c retired=3
)"),
              R"(%0 = get i64 x
y <- %0
goto @ pc=0x2000 retired=1
)");
}

TEST(Fold, ASideExitToTheEngineThatIsAlwaysTakenEndsTheBlockWithItsKind) {
    EXPECT_EQ(after(fold, R"(x <- 1
leave_if wait ltu 3, 4 @ pc=0x1004 retired=1
x <- 2
goto @ pc=0x1008 retired=2
)"),
              R"(x <- 1
leave wait @ pc=0x1004 retired=1
)");
}

}  // namespace
}  // namespace vm::ir::passes
