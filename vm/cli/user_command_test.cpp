#include "vm/cli/user_command.h"

#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/debug/socket.h"
#include "vm/user/test_elf.h"

namespace vm::cli {
namespace {

using ::testing::HasSubstr;

// `vm user ARGUMENTS...` inside this process.
Result<int> run_user(std::vector<std::string> arguments) {
    CLI::App app("vm");
    const auto carry_out = declare_user(app);
    std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
    app.parse(arguments);
    return carry_out();
}

std::string refusal(const std::vector<std::string>& arguments) {
    const auto result = run_user(arguments);
    return result ? "not refused" : result.error().message;
}

// li a7, 93; ecall after the given instruction.
user::TestElf exits_after(std::uint32_t instruction) {
    return user::TestElf(2, 0x1'1000, {{.address = 0x1'0000, .file_size = 0x2000, .memory_size = 0x2000}},
                         {instruction, 0x05d0'0893, 0x73});
}

TEST(UserCommand, ReturnsTheProgramsExitCode) {
    const auto program = exits_after(0x02a0'0513);  // li a0, 42
    EXPECT_EQ(run_user({program.path()}).value(), 42);
}

TEST(UserCommand, LeavesEverythingBehindTheProgramToIt) {
    const auto program = exits_after(0x0001'3503);  // ld a0, 0(sp): argc
    EXPECT_EQ(run_user({program.path(), "--stats", "--bogus", "-x", "--", "user"}).value(), 6);
}

TEST(UserCommand, ReturnsTheCodeOfTheInstructionLimit) {
    const auto program = exits_after(0x0000'006f);  // j .
    EXPECT_EQ(run_user({"--max-instructions", "1000", program.path()}).value(), 124);
}

TEST(UserCommand, AnAuditLeavesTheProgramsExitCode) {
    const auto program = exits_after(0x02a0'0513);
    EXPECT_EQ(run_user({"--audit", "--jit-threshold", "0", program.path()}).value(), 42);
    EXPECT_EQ(refusal({"--audit", "--trace", program.path()}),
              "--audit is about compiled code, and with --trace guests are interpreted");
    EXPECT_EQ(refusal({"--audit", "--engine", "interp", program.path()}),
              "--audit is an option of --engine jit");
}

TEST(UserCommand, ReturnsTheSignalOfACrash) {
    const auto program = exits_after(0x0000'0000);
    EXPECT_EQ(run_user({"--strace", "--stats", program.path()}).value(), 132);
}

TEST(UserCommand, RefusesToWaitForGdbWhereSomebodyElseListens) {
    const auto program = exits_after(0x02a0'0513);
    const auto listener = debug::listen_on_loopback(0).value();
    const std::string port = std::to_string(debug::local_port(listener));
    EXPECT_THAT(refusal({"--gdb", port, program.path()}),
                HasSubstr("cannot listen for gdb on 127.0.0.1:" + port));
}

TEST(UserCommand, RefusesWhatItDoesNotKnow) {
    EXPECT_EQ(refusal({}), "no program given: vm user PROGRAM [ARG...]");
    EXPECT_THAT(refusal({"--bogus", "p"}), HasSubstr("unknown flag --bogus"));
    EXPECT_THAT(refusal({"--engine", "none", "p"}), HasSubstr("none"));
    EXPECT_EQ(refusal({"/nonexistent"}), "cannot open '/nonexistent': No such file or directory");
}

}  // namespace
}  // namespace vm::cli
