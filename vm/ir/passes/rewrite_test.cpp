#include "vm/ir/passes/rewrite.h"

#include <gtest/gtest.h>

#include "vm/ir/passes/golden.h"

namespace vm::ir::passes {
namespace {

constexpr std::string_view kText = R"(%0 = get i64 x
%1 = get i64 y
%2 = add i64 %0, %1
%3 = sub i64 %2, %1
z <- %3
goto @ pc=0x1004 retired=1
)";

TEST(Rewrite, WhatIsKeptStaysAsItWas) {
    const auto keep_all = [](Block& block) {
        Rewrite rewrite(block);
        for (std::uint32_t i = 0; i < rewrite.old().size(); ++i) rewrite.keep(i);
        rewrite.finish();
    };
    EXPECT_EQ(after(keep_all, kText), kText);
}

TEST(Rewrite, WhatIsRenewedIsSimplified) {
    const auto renew_all = [](Block& block) {
        Rewrite rewrite(block);
        for (std::uint32_t i = 0; i < rewrite.old().size(); ++i) rewrite.renew(i);
        rewrite.finish();
    };
    EXPECT_EQ(after(renew_all, kText), R"(%0 = get i64 x
%1 = get i64 y
%2 = add i64 %0, %1
z <- %0
goto @ pc=0x1004 retired=1
)");
}

TEST(Rewrite, WhatIsKeptIsSimplifiedWhenAnOperandIsAnotherOperationNow) {
    const auto replace = [](Block& block) {
        Rewrite rewrite(block);
        for (std::uint32_t i = 0; i < rewrite.old().size(); ++i) {
            if (rewrite.old()[i].op == Opcode::add) {
                rewrite.map(i, block.constant(Type::i64, 7));
                EXPECT_TRUE(rewrite.operands_changed(rewrite.old()[i + 1]));
            } else if (rewrite.old()[i].op == Opcode::get and i == 1) {
                rewrite.map(i, block.constant(Type::i64, 5));
            } else {
                rewrite.keep(i);
            }
        }
        rewrite.finish();
    };
    EXPECT_EQ(after(replace, kText), R"(%0 = get i64 x
z <- 2
goto @ pc=0x1004 retired=1
)");
}

TEST(Rewrite, AddedNodesAreOverTodaysValuesAndSimplified) {
    const auto twice = [](Block& block) {
        Rewrite rewrite(block);
        for (std::uint32_t i = 0; i < rewrite.old().size(); ++i) {
            const Node& old = rewrite.old()[i];
            if (old.op != Opcode::sub) {
                rewrite.keep(i);
                continue;
            }
            const Value sum = rewrite.to(old.operands[0]);
            EXPECT_EQ(rewrite.add(Opcode::add, Type::i64, sum, block.constant(Type::i64, 0)), sum);
            rewrite.map(i, rewrite.add(Opcode::xor_, Type::i64, sum, block.constant(Type::i64, 9)));
        }
        rewrite.finish();
    };
    EXPECT_EQ(after(twice, kText), R"(%0 = get i64 x
%1 = get i64 y
%2 = add i64 %0, %1
%3 = xor i64 %2, 9
z <- %3
goto @ pc=0x1004 retired=1
)");
}

}  // namespace
}  // namespace vm::ir::passes
