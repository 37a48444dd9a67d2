#include "vm/cli/conformance_command.h"

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vm::cli {
namespace {

TEST(ConformanceCommand, MissingFolderIsAnError) {
    CLI::App app;
    const auto carry_out = declare_conformance(app);
    app.parse("/nonexistent");
    EXPECT_THAT(carry_out().error().message, ::testing::HasSubstr("cannot read the folder '/nonexistent'"));
}

TEST(ConformanceCommand, NeedsAFolder) {
    CLI::App app;
    declare_conformance(app);
    EXPECT_THROW(app.parse(""), CLI::RequiredError);
}

}  // namespace
}  // namespace vm::cli
