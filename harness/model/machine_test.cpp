#include "harness/model/machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness::model {
namespace {

constexpr std::int64_t kGib = std::int64_t{1} << 30;

Machine example() {
    return {"Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz", 2, 8 * kGib, "6.1.0-18-amd64", "none", true, 1};
}

TEST(MachineClass, IsReadable) {
    EXPECT_THAT(machine_class(example()),
                testing::MatchesRegex("intel-r-xeon-r-gold-6338-cpu-2-00ghz-2c-8g-[0-9a-f]+"));
}

TEST(MachineClass, OfAnUnknownProcessorSaysSo) {
    EXPECT_THAT(machine_class(Machine{}), testing::MatchesRegex("unknown-0c-0g-[0-9a-f]+"));
}

TEST(MachineClass, IgnoresWhatFirmwareTakesAndTheKernelsPatchLevel) {
    Machine other = example();
    other.memory_bytes = 8 * kGib - (300 << 20);
    other.kernel = "6.1.99";
    EXPECT_EQ(machine_class(other), machine_class(example()));
}

TEST(MachineClass, DiffersInEachPartOfTheFingerprint) {
    const std::string original = machine_class(example());
    const auto changed = [](auto change) {
        Machine machine = example();
        change(machine);
        return machine_class(machine);
    };
    EXPECT_NE(changed([](Machine& m) { m.cpu_model = "Intel(R) Xeon(R) Gold 6348"; }), original);
    EXPECT_NE(changed([](Machine& m) { m.cores = 4; }), original);
    EXPECT_NE(changed([](Machine& m) { m.memory_bytes = 16 * kGib; }), original);
    EXPECT_NE(changed([](Machine& m) { m.kernel = "6.2.0"; }), original);
    EXPECT_NE(changed([](Machine& m) { m.governor = "powersave"; }), original);
    EXPECT_NE(changed([](Machine& m) { m.virtualised = false; }), original);
    EXPECT_NE(changed([](Machine& m) { m.numa_nodes = 2; }), original);
}

}  // namespace
}  // namespace harness::model
