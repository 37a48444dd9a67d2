#include "vm/ir/text_line.h"

#include <gtest/gtest.h>

namespace vm::ir {
namespace {

TEST(TextLine, IsTakenApartFromItsBeginning) {
    TextLine line("  add x10,0x1F? # behind");
    EXPECT_EQ(line.word(), "add");
    EXPECT_TRUE(line.accept_word("x10"));
    EXPECT_TRUE(line.accept(","));
    EXPECT_EQ(line.rest(), "0x1F? ");
    EXPECT_FALSE(line.number().has_value());  // upper-case digits are none
    EXPECT_EQ(line.word(), "0x1F");
    EXPECT_TRUE(line.accept("?"));
    EXPECT_TRUE(line.at_end());
}

TEST(TextLine, LeavesWhatWasNotAskedForWhereItIs) {
    TextLine line("x10 = 7");
    EXPECT_FALSE(line.accept("="));
    EXPECT_FALSE(line.accept_word("x1"));
    EXPECT_FALSE(line.number().has_value());
    EXPECT_EQ(line.word(), "x10");
    EXPECT_TRUE(line.accept("="));
    EXPECT_EQ(line.word(), "7");
    EXPECT_EQ(line.word(), "");
}

TEST(TextLine, NumbersHaveUpTo64Bits) {
    EXPECT_EQ(TextLine("18446744073709551615").number(), ~0ull);
    EXPECT_EQ(TextLine("18446744073709551616").number(), std::nullopt);
    EXPECT_EQ(TextLine("0xffffffffffffffff").number(), ~0ull);
    EXPECT_EQ(TextLine("0x").number(), std::nullopt);
    EXPECT_EQ(TextLine("").number(), std::nullopt);
    EXPECT_EQ(TextLine("007").number(), 7u);
}

}  // namespace
}  // namespace vm::ir
