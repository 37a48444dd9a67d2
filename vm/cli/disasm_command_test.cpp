#include "vm/cli/disasm_command.h"

#include <CLI/CLI.hpp>
#include <gtest/gtest.h>

namespace vm::cli {
namespace {

TEST(DisasmCommand, MissingFileIsAnError) {
    CLI::App app;
    const auto carry_out = declare_disasm(app);
    app.parse("/nonexistent");
    EXPECT_EQ(carry_out().error().message, "cannot open '/nonexistent': No such file or directory");
}

TEST(DisasmCommand, NeedsAFile) {
    CLI::App app;
    declare_disasm(app);
    EXPECT_THROW(app.parse(""), CLI::RequiredError);
}

}  // namespace
}  // namespace vm::cli
