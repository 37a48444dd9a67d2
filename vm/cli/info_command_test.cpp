#include "vm/cli/info_command.h"

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vm::cli {
namespace {

TEST(InfoCommand, ListsEveryEngineWithItsAvailability) {
    CLI::App app;
    const auto carry_out = declare_info(app);
    ::testing::internal::CaptureStdout();
    EXPECT_EQ(carry_out().value(), 0);
    const std::string text = ::testing::internal::GetCapturedStdout();
    EXPECT_THAT(text, ::testing::HasSubstr("M, S and U mode"));
    EXPECT_THAT(text, ::testing::HasSubstr("interp  available"));
    EXPECT_THAT(text, ::testing::HasSubstr("jit     available"));
    EXPECT_THAT(text, ::testing::HasSubstr("kvm     not available"));
}

}  // namespace
}  // namespace vm::cli
