// Each program, its beginning, under an audit: compiled code does what the interpreter does, block by block.

#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "suites/common/child.h"

namespace suites::guest {
namespace {

std::vector<std::string> programs() {
    std::istringstream names(PROGRAM_NAMES);
    return {std::istream_iterator<std::string>(names), {}};
}

class GuestProgram : public ::testing::TestWithParam<std::string> {};

TEST_P(GuestProgram, IsCompiledAsItIsInterpreted) {
    constexpr int kLimitReached = 124;
    const auto run = common::run_child({VM_PROGRAM, "user", "--audit", "--stats", "--jit-threshold", "0",
                                        "--max-instructions", AUDITED_INSTRUCTIONS,
                                        PROGRAM_FOLDER "/" + GetParam() + ".rv64"});
    ASSERT_TRUE(run.has_value()) << run.error();
    EXPECT_THAT(run->exit_code, ::testing::AnyOf(0, kLimitReached)) << run->messages;
    EXPECT_THAT(
        run->messages,
        ::testing::ContainsRegex(
            "audit: [1-9][0-9]* executions of compiled blocks, [0-9]* instructions, are as interpreted"));
}

INSTANTIATE_TEST_SUITE_P(All, GuestProgram, ::testing::ValuesIn(programs()),
                         [](const auto& program) { return program.param; });

}  // namespace
}  // namespace suites::guest
