#include "suites/cpu/cases.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "suites/common/child.h"
#include "suites/common/table.h"

namespace suites::cpu {
namespace {

const common::Case* find(const common::Suite& suite, const std::string& id) {
    const auto found = std::find_if(suite.cases.begin(), suite.cases.end(),
                                    [&](const auto& entry) { return entry.id == id; });
    return found == suite.cases.end() ? nullptr : &*found;
}

TEST(Cpu, TheTableIsWellFormedWithAndWithoutQemu) {
    EXPECT_EQ(common::find_problem(suite({"vm", "guest", "qemu"})), std::nullopt);
    EXPECT_EQ(common::find_problem(suite({"vm", "guest", std::nullopt})), std::nullopt);
    EXPECT_EQ(suite({"vm", "guest", "qemu"}).cases.size(), 30U);
    EXPECT_EQ(suite({"vm", "guest", std::nullopt}).cases.size(), 20U);
}

TEST(Cpu, CallsAndBranchesAreHeldAgainstQemuWhereItIs) {
    const auto with = suite({"vm", "guest", "qemu"});
    for (const char* id : {"calls/interp", "branches/interp"}) {
        ASSERT_EQ(find(with, id)->targets.size(), 1U);
        EXPECT_EQ(find(with, id)->targets[0].ratio, 2.0);
    }
    EXPECT_TRUE(find(suite({"vm", "guest", std::nullopt}), "calls/interp")->targets.empty());
}

TEST(Cpu, NativeAndQemuAreReferences) {
    const auto made = suite({"vm", "guest", "qemu"});
    for (const auto& entry : made.cases) {
        const bool reference = std::count(entry.tags.begin(), entry.tags.end(), "reference") == 1;
        EXPECT_EQ(reference, not entry.id.ends_with("/interp")) << entry.id;
    }
}

TEST(Cpu, NativeProgramsComputeTheKnownResults) {
    const auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "suites" / "guest";
    for (const char* name : {"arithmetic", "atomics", "branches", "calls", "fp_double", "fp_single",
                             "indirect", "memory", "muldiv"}) {
        const auto result = common::run_child({folder / (std::string(name) + ".native")});
        ASSERT_TRUE(result) << result.error();
        EXPECT_EQ(result->exit_code, 0) << result->output;
    }
}

}  // namespace
}  // namespace suites::cpu
