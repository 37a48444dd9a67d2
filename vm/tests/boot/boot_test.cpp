// The built vm with a distribution's kernel: from power on to user space, and back.

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/booted/guest_console.h"
#include "vm/booted/initramfs.h"
#include "vm/booted/shell.h"

namespace vm::tests {
namespace {

using booted::GuestConsole;
using booted::kFirstLine;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::chrono::seconds kLimit{840};  // below the limit that CMake gives a test
constexpr const char* kPowerOff = "vm.test=poweroff";

class Boot : public ::testing::Test {
  protected:
    void SetUp() override {
        const char* const folder = std::getenv("VM_GUEST_FOLDER");
        if (folder == nullptr or *folder == '\0') {
            GTEST_SKIP() << "no guest to boot: make one by scripts/guest-image, then set "
                            "VM_GUEST_FOLDER=$PWD/build/guest";
        }
        guest_ = folder;
        for (const char* name : {"/Image", "/initramfs.cpio"}) {
            ASSERT_TRUE(std::filesystem::exists(guest_ + name))
                << guest_ << name << " is missing: run scripts/guest-image --out " << guest_;
        }
        std::string own = ::testing::TempDir() + "boot_XXXXXX";
        ASSERT_NE(::mkdtemp(own.data()), nullptr);
        own_ = own;
    }
    void TearDown() override {
        if (not own_.empty()) {
            std::filesystem::remove_all(own_);
        }
    }

    std::vector<std::string> vm(const std::string& words, std::vector<std::string> options = {}) const {
        return vm_with(guest_ + "/initramfs.cpio", words, std::move(options));
    }
    std::vector<std::string> vm_with(const std::string& initrd, const std::string& words,
                                     std::vector<std::string> options) const {
        std::vector<std::string> command{
            VM_PROGRAM, "run",      "--kernel", guest_ + "/Image", "--initrd",
            initrd,     "--memory", "512M",     "--append",        "console=ttyS0 " + words};
        command.insert(command.end(), options.begin(), options.end());
        return command;
    }
    std::string read(const std::string& path) const {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    // The initial root file system with one of the folder's programs in it.
    std::string initramfs_of(const std::string& program) const {
        const std::string path = own_ + "/initramfs";
        std::ofstream(path, std::ios::binary)
            << read(guest_ + "/initramfs.cpio")
            << booted::initramfs_with(program, read(std::string(GUEST_PROGRAMS "/") + program));
        return path;
    }
    void expect_stress(const std::string& harts) const {
        GuestConsole console(vm_with(initramfs_of("stress"), "", {"--harts", harts}), kLimit);
        ASSERT_NO_FATAL_FAILURE(expect_shell(console));
        console.type("/stress\n");
        EXPECT_TRUE(console.wait_for("stress: done")) << console.output();
        console.type("poweroff -f\n");
        EXPECT_EQ(console.exit_code(), 0) << console.output();
    }
    static void expect_shell(GuestConsole& console) {
        ASSERT_TRUE(booted::wait_for_shell(console)) << console.output();
    }

    std::string guest_;
    std::string own_;  // a folder
};

TEST_F(Boot, ReachesUserSpaceAndPowersOff) {
    GuestConsole console(vm(kPowerOff), kLimit);
    EXPECT_TRUE(console.wait_for(kFirstLine)) << console.output();
    EXPECT_EQ(console.exit_code(), 0) << console.output();
}

TEST_F(Boot, TwoHartsReachUserSpaceAndPowerOff) {
    GuestConsole console(vm(kPowerOff, {"--harts", "2"}), kLimit);
    EXPECT_TRUE(console.wait_for(kFirstLine)) << console.output();
    EXPECT_EQ(console.exit_code(), 0) << console.output();
}

TEST_F(Boot, ShellAnswersWhatComesThroughAPipe) {
    GuestConsole console(vm("", {"--harts", "2"}), kLimit);
    ASSERT_NO_FATAL_FAILURE(expect_shell(console));
    EXPECT_EQ(booted::run_command(console, "echo harts=$(grep -c ^processor /proc/cpuinfo) sum=$((40 + 2))"),
              "harts=2 sum=42\n")
        << console.output();
    console.type("poweroff -f\n");
    EXPECT_EQ(console.exit_code(), 0) << console.output();
}

TEST_F(Boot, TwoHartsTakeStress) { expect_stress("2"); }

TEST_F(Boot, FourHartsTakeStress) { expect_stress("4"); }

TEST_F(Boot, RebootsIntoTheSameGuest) {
    GuestConsole console(vm(""), kLimit);
    ASSERT_NO_FATAL_FAILURE(expect_shell(console));
    console.type("reboot -f\n");
    ASSERT_NO_FATAL_FAILURE(expect_shell(console));
    console.type("poweroff -f\n");
    EXPECT_EQ(console.exit_code(), 0) << console.output();
}

TEST_F(Boot, ConsoleGoesToAFile) {
    GuestConsole console(vm(kPowerOff, {"--serial", own_ + "/console"}), kLimit);
    EXPECT_EQ(console.exit_code(), 0) << console.output();
    EXPECT_EQ(console.output(), "");
    EXPECT_THAT(read(own_ + "/console"), HasSubstr(kFirstLine));
}

TEST_F(Boot, InstructionLimitEndsTheBoot) {
    GuestConsole console(vm("", {"--max-instructions", "1000000"}), kLimit);
    EXPECT_EQ(console.exit_code(), 124);
    EXPECT_THAT(console.output(), HasSubstr("vm: stopped after 1000000 instructions (--max-instructions)"));
}

TEST_F(Boot, DumpedTreeIsThatOfTheBootAndCanBeGivenBack) {
    const std::string tree = own_ + "/board.dtb";
    GuestConsole dump(vm(kPowerOff, {"--dump-dtb", tree}), kLimit);
    EXPECT_EQ(dump.exit_code(), 0) << dump.output();
    EXPECT_EQ(dump.output(), "");
    EXPECT_THAT(read(tree), StartsWith("\xd0\x0d\xfe\xed"));
    EXPECT_THAT(read(tree), HasSubstr(kPowerOff));
    GuestConsole console(vm(kPowerOff, {"--dtb", tree}), kLimit);
    EXPECT_TRUE(console.wait_for(kFirstLine)) << console.output();
    EXPECT_EQ(console.exit_code(), 0) << console.output();
}

}  // namespace
}  // namespace vm::tests
