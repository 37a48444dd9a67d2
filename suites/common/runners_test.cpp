#include "suites/common/runners.h"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace suites::common {
namespace {

namespace fs = std::filesystem;

TEST(Runners, LieAroundTheSuiteProgram) {
    const Runners runners = find_runners("/build/bin/suites", "", "");
    EXPECT_EQ(runners.vm, "/build/bin/vm");
    EXPECT_EQ(runners.guest, "/build/bin/suites/guest");
    EXPECT_EQ(runners.qemu, std::nullopt);
    EXPECT_EQ(runners.qemu_system, std::nullopt);
    EXPECT_EQ(runners.system, std::nullopt);
}

class FoundRunners : public ::testing::Test {
  protected:
    void SetUp() override { fs::create_directories(folder_ / "second"); }
    void TearDown() override { fs::remove_all(folder_); }

    const fs::path folder_ = fs::temp_directory_path() / ("runners." + std::to_string(::getpid()));
};

TEST_F(FoundRunners, QemuIsTheFirstExecutableOnThePath) {
    for (const char* program : {"qemu-riscv64", "qemu-system-riscv64"}) {
        std::ofstream(folder_ / program) << "not executable";
        std::ofstream(folder_ / "second" / program) << "#!/bin/sh\n";
        fs::permissions(folder_ / "second" / program, fs::perms::owner_all);
    }
    const std::string path = folder_.string() + ":" + (folder_ / "second").string();
    EXPECT_EQ(find_runners("/", path, "").qemu, folder_ / "second" / "qemu-riscv64");
    EXPECT_EQ(find_runners("/", path, "").qemu_system, folder_ / "second" / "qemu-system-riscv64");
}

TEST_F(FoundRunners, AGuestToBootHasAKernelAndAnInitramfs) {
    std::ofstream(folder_ / "Image") << "kernel";
    EXPECT_EQ(find_runners("/", "", folder_).system, std::nullopt);
    std::ofstream(folder_ / "initramfs.cpio") << "files";
    EXPECT_EQ(find_runners("/", "", folder_).system, folder_);
}

TEST_F(FoundRunners, TheVariableNamesTheGuestToBoot) {
    std::ofstream(folder_ / "Image") << "kernel";
    std::ofstream(folder_ / "initramfs.cpio") << "files";
    ::setenv("VM_GUEST_FOLDER", folder_.c_str(), 1);
    EXPECT_EQ(find_runners().system, folder_);
    ::setenv("VM_GUEST_FOLDER", (folder_ / "second").c_str(), 1);
    EXPECT_EQ(find_runners().system, std::nullopt);
    ::unsetenv("VM_GUEST_FOLDER");
}

TEST(Runners, TheInstructionCountIsReadFromTheStatistics) {
    EXPECT_EQ(retired_instructions("vm: 123456 instructions in 0.000500 s, 246.9 M instructions/s\n"),
              123456U);
    EXPECT_EQ(retired_instructions("nothing of the kind\n"), std::nullopt);
    EXPECT_EQ(retired_instructions("no instructions in sight"), std::nullopt);
}

}  // namespace
}  // namespace suites::common
