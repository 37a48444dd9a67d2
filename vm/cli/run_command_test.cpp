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
    EXPECT_EQ(
        run("a.elf").error().message,
        "'a.elf' is no kernel to boot with --kernel; a bare-metal program is run by vm run --bare a.elf");
    EXPECT_EQ(run("").error().message, "nothing to run: --bare FILE.elf, --kernel FILE or --bios FILE");
}

TEST(RunCommand, EngineAndMemoryAreCheckedBeforeTheFileIsOpened) {
    EXPECT_EQ(run("--bare /nonexistent --engine kvm").error().message,
              "engine 'kvm' is not available for machines in this build; available: auto, interp, jit");
    EXPECT_EQ(run("--bare /nonexistent --memory 1").error().message,
              "memory size '1' is not a positive multiple of 4K");
}

TEST(RunCommand, DebuggersComeToWholeMachinesOnly) {
    EXPECT_EQ(run("--bare /nonexistent --gdb 1234").error().message,
              "--gdb is not supported with --bare, only with --kernel and --bios");
    EXPECT_THROW(run("--kernel /nonexistent --gdb 65536"), CLI::ConversionError);
}

TEST(RunCommand, AnAuditIsOfOneHartThatIsCompiled) {
    EXPECT_EQ(run("--kernel /nonexistent --audit --harts 2").error().message,
              "--audit compares one hart, not 2: others would write its memory meanwhile");
    EXPECT_EQ(run("--bare /nonexistent --audit --trace").error().message,
              "--audit is about compiled code, and with --trace guests are interpreted");
    EXPECT_EQ(run("--kernel /nonexistent --audit --gdb 0").error().message,
              "--audit is about compiled code, and with --gdb guests are interpreted");
    EXPECT_EQ(run("--bare /nonexistent --audit --engine interp").error().message,
              "--audit is an option of --engine jit");
}

TEST(RunCommand, BareRefusesWhatOnlyWholeMachinesHave) {
    for (const std::string option : {"--initrd", "--append", "--dtb", "--dump-dtb", "--serial"}) {
        EXPECT_EQ(run("--bare /nonexistent " + option + " x").error().message,
                  option + " is not supported with --bare, only with --kernel and --bios");
    }
    EXPECT_EQ(run("--bare /nonexistent --harts 2").error().message, "--bare runs one hart, not 2");
    EXPECT_EQ(run("--bare /nonexistent --bios x").error().message,
              "--bare goes with neither --kernel nor --bios");
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
