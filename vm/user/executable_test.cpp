#include "vm/user/executable.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <linux/capability.h>
#include <sys/syscall.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include "vm/user/test_elf.h"

namespace vm::user {
namespace {

using ::testing::ElementsAre;
namespace fs = std::filesystem;

class ExecutableTest : public ::testing::Test {
  protected:
    ExecutableTest() {
        std::string made = ::testing::TempDir() + "vm_executable_XXXXXX";
        EXPECT_NE(::mkdtemp(made.data()), nullptr);
        folder_ = made;
        fs::create_directories(folder_ / "root/bin");
    }
    ~ExecutableTest() override { fs::remove_all(folder_); }

    std::string file(const std::string& name, const std::string& content, bool executable = true) {
        const fs::path path = folder_ / name;
        std::ofstream(path, std::ios::binary) << content;
        fs::permissions(path, executable ? fs::perms::owner_all : fs::perms::owner_read);
        return path;
    }
    // A program for riscv64.
    std::string program(const std::string& name) {
        constexpr std::uint16_t kFixed = 2;
        const TestElf elf(kFixed, 0x1'1000,
                          {{.offset = 0x1000, .address = 0x1'1000, .file_size = 8, .memory_size = 8}},
                          {0x13, 0x73});
        const fs::path path = folder_ / name;
        fs::copy_file(elf.path(), path);
        fs::permissions(path, fs::perms::owner_all);
        return path;
    }
    SysValue error(const std::string& path) {
        const auto found = find_executable(path, path, {"x"}, "");
        return found ? 0 : found.error();
    }

    fs::path folder_;
};

// Of the whole process: root may read everything until then.
void give_up_capabilities() {
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    const std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
    ASSERT_EQ(::syscall(SYS_capset, &header, none.data()), 0);
}

TEST_F(ExecutableTest, AProgramIsItself) {
    const std::string target = program("program");
    const auto found = find_executable(target, "name", {"zero", "one"}, "");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->path, target);
    EXPECT_THAT(found->arguments, ElementsAre("zero", "one"));
}

TEST_F(ExecutableTest, AScriptIsItsInterpreterWithOneArgumentAndTheScript) {
    const std::string target = program("program");
    const std::string script = file("script", "#! \t" + target + "  -a  b \nmore");
    const auto found = find_executable(script, "./script", {"zero", "one"}, "");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->path, target);
    EXPECT_THAT(found->arguments, ElementsAre(target, "-a  b", "./script", "one"));
}

TEST_F(ExecutableTest, AnInterpreterMayBeAScriptAndLieBelowTheSysroot) {
    program("root/bin/program");
    file("root/bin/outer", "#!/bin/program");
    const std::string script = file("script", "#!/bin/outer\n");
    const auto found = find_executable(script, "/script", {"zero"}, folder_ / "root");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->path, folder_ / "root/bin/program");
    EXPECT_THAT(found->arguments, ElementsAre("/bin/program", "/bin/outer", "/script"));
}

TEST_F(ExecutableTest, WhatCannotRunSaysWhyAsTheKernelDoes) {
    EXPECT_EQ(error(folder_ / "missing"), -ENOENT);
    EXPECT_EQ(error(folder_), -EACCES);
    EXPECT_EQ(error(file("data", "text")), -ENOEXEC);
    EXPECT_EQ(error(file("empty", "")), -ENOEXEC);
    EXPECT_EQ(error(file("bare", "#! \n")), -ENOEXEC);
    EXPECT_EQ(error("/bin/true"), -ENOEXEC);
    EXPECT_EQ(error(file("loop", "#!" + (folder_ / "loop").string())), -ELOOP);
    EXPECT_EQ(error(file("lost", "#!/nonexistent")), -ENOENT);
}

TEST_F(ExecutableTest, AnInterpreterWhosePathIsCutIsNotRun) {
    const std::string target = program("program");
    const std::string padded = "#!" + folder_.string() + std::string(300, '/') + "program";
    ASSERT_EQ(::access(padded.c_str() + 2, X_OK), 0);
    EXPECT_EQ(error(file("long", padded + "\n")), -ENOEXEC);
    EXPECT_EQ(error(file("argument", "#!" + target + " " + std::string(300, 'a') + "\n")), 0);
}

TEST_F(ExecutableTest, AFileThatMayBeExecutedButNotReadSaysSo) {
    const std::string secret = program("secret");
    fs::permissions(secret, fs::perms::owner_exec);
    const auto find = [&] {
        give_up_capabilities();
        std::_Exit(static_cast<int>(-error(secret)));
    };
    EXPECT_EXIT(find(), ::testing::ExitedWithCode(EACCES), "");
}

TEST(CommandLine, RunsTheProgramAsWhatItIsCalled) {
    EXPECT_THAT(command_line({"vm", "user"}, {"/bin/program", {"-zero", "--one"}}, {}),
                ElementsAre("vm", "user", "--argv0", "-zero", "/bin/program", "--one"));
    EXPECT_THAT(command_line({"vm", "user"}, {"/bin/program", {}}, {}),
                ElementsAre("vm", "user", "/bin/program"));
}

TEST(CommandLine, ANameThatLooksLikeAFlagIsNone) {
    EXPECT_THAT(command_line({"vm", "user"}, {"--trace", {}}, {}), ElementsAre("vm", "user", "./--trace"));
}

TEST(CommandLine, HandsOnWhatTheHostDoesNot) {
    EXPECT_THAT(command_line({"vm", "user"}, {"p", {}}, {.child = true, .instructions_left = 17}),
                ElementsAre("vm", "user", "--child", "--max-instructions", "17", "p"));
}

}  // namespace
}  // namespace vm::user
