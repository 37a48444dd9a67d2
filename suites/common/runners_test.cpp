#include "suites/common/runners.h"

#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace suites::common {
namespace {

namespace fs = std::filesystem;

TEST(Runners, LieAroundTheSuiteProgram) {
    const Runners runners = find_runners("/build/bin/suites", "");
    EXPECT_EQ(runners.vm, "/build/bin/vm");
    EXPECT_EQ(runners.guest, "/build/bin/suites/guest");
    EXPECT_EQ(runners.qemu, std::nullopt);
}

TEST(Runners, QemuIsTheFirstExecutableOnThePath) {
    const fs::path folder = fs::temp_directory_path() / ("runners." + std::to_string(::getpid()));
    fs::create_directories(folder / "second");
    std::ofstream(folder / "qemu-riscv64") << "not executable";
    std::ofstream(folder / "second" / "qemu-riscv64") << "#!/bin/sh\n";
    fs::permissions(folder / "second" / "qemu-riscv64", fs::perms::owner_all);
    const std::string path = folder.string() + ":" + (folder / "second").string();
    EXPECT_EQ(find_runners("/", path).qemu, folder / "second" / "qemu-riscv64");
    fs::remove_all(folder);
}

TEST(Runners, TheInstructionCountIsReadFromTheStatistics) {
    EXPECT_EQ(retired_instructions("vm: 123456 instructions in 0.000500 s, 246.9 M instructions/s\n"),
              123456U);
    EXPECT_EQ(retired_instructions("nothing of the kind\n"), std::nullopt);
    EXPECT_EQ(retired_instructions("no instructions in sight"), std::nullopt);
}

}  // namespace
}  // namespace suites::common
