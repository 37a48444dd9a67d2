#include "vm/cli/run_command.h"

#include <string>

#include <CLI/CLI.hpp>
#include <gtest/gtest.h>

namespace vm::cli {
namespace {

Result<int> run(const std::string& arguments) {
    CLI::App app;
    const auto carry_out = declare_run(app);
    app.parse(arguments);
    return carry_out();
}

TEST(RunCommand, WithoutBareItSaysHow) {
    EXPECT_EQ(run("a.elf").error().message, "only bare-metal programs can be run: vm run --bare a.elf");
}

TEST(RunCommand, EngineAndMemoryAreCheckedBeforeTheFileIsOpened) {
    EXPECT_EQ(run("--bare /nonexistent --engine kvm").error().message,
              "engine 'kvm' is not available in this build; available: interp");
    EXPECT_EQ(run("--bare /nonexistent --memory 1").error().message,
              "memory size '1' is not a positive multiple of 4K");
}

TEST(RunCommand, MissingFileIsAnError) {
    EXPECT_EQ(run("--bare /nonexistent").error().message,
              "cannot open '/nonexistent': No such file or directory");
}

TEST(RunCommand, BadInstructionLimitIsRefusedWhileParsing) {
    EXPECT_THROW(run("--bare a.elf --max-instructions 1e9"), CLI::ValidationError);
}

}  // namespace
}  // namespace vm::cli
