#include "harness/run/machine.h"

#include <cstdlib>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace harness::run {
namespace {

namespace fs = std::filesystem;

// A folder that holds what a test writes into it and goes with the test.
class FakeRoot : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "rootXXXXXX";
        root_ = mkdtemp(name.data());
    }
    void TearDown() override { fs::remove_all(root_); }
    void write(const fs::path& path, const std::string& text) {
        fs::create_directories((root_ / path).parent_path());
        std::ofstream(root_ / path) << text;
    }
    fs::path root_;
};

TEST_F(FakeRoot, GivesTheFingerprintOfAnX86Guest) {
    write("proc/cpuinfo",
          "processor\t: 0\nmodel name\t: Fast CPU @ 3 GHz\nflags\t\t: fpu hypervisor avx2\n\n"
          "processor\t: 1\nmodel name\t: Fast CPU @ 3 GHz\nflags\t\t: fpu hypervisor avx2\n");
    write("proc/meminfo", "MemTotal:       1024 kB\nMemFree:  5 kB\n");
    write("proc/sys/kernel/osrelease", "6.1.0-test\n");
    write("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance\n");
    fs::create_directories(root_ / "sys/devices/system/node/node0");
    fs::create_directories(root_ / "sys/devices/system/node/node1");
    write("sys/devices/system/node/node_other", "");
    const model::Machine machine = fingerprint(root_);
    EXPECT_EQ(machine.cpu_model, "Fast CPU @ 3 GHz");
    EXPECT_EQ(machine.cores, 2);
    EXPECT_EQ(machine.memory_bytes, 1048576);
    EXPECT_EQ(machine.kernel, "6.1.0-test");
    EXPECT_EQ(machine.governor, "performance");
    EXPECT_TRUE(machine.virtualised);
    EXPECT_EQ(machine.numa_nodes, 2);
}

TEST_F(FakeRoot, NamesAnArmCoreByItsNumbers) {
    write("proc/cpuinfo", "processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n");
    EXPECT_EQ(fingerprint(root_).cpu_model, "implementer 0x41 part 0xd0c");
}

TEST_F(FakeRoot, SaysWhatIsNotKnown) {
    const model::Machine machine = fingerprint(root_);
    EXPECT_EQ(machine.cpu_model, "unknown");
    EXPECT_EQ(machine.memory_bytes, 0);
    EXPECT_EQ(machine.governor, "none");
    EXPECT_FALSE(machine.virtualised);
    EXPECT_EQ(machine.numa_nodes, 1);
}

TEST(Fingerprint, OfThisMachineHasCoresAndMemory) {
    const model::Machine machine = fingerprint();
    EXPECT_GE(machine.cores, 1);
    EXPECT_GT(machine.memory_bytes, 0);
    EXPECT_FALSE(machine.kernel.empty());
}

}  // namespace
}  // namespace harness::run
