#include "vm/cli/instruction_count.h"

#include <gtest/gtest.h>

namespace vm::cli {
namespace {

TEST(InstructionCount, DecimalNumbersAreFine) {
    EXPECT_EQ(check_instruction_count("0"), "");
    EXPECT_EQ(check_instruction_count("1000000"), "");
    EXPECT_EQ(check_instruction_count("18446744073709551615"), "");
}

TEST(InstructionCount, AnythingElseIsRefused) {
    for (const char* text : {"", "abc", "-1", "1e3", "10.5", "10 ", "0x10", "18446744073709551616"}) {
        EXPECT_EQ(check_instruction_count(text),
                  std::string("'") + text + "' is not a number of instructions");
    }
}

}  // namespace
}  // namespace vm::cli
