#include "suites/jit/cases.h"

#include <algorithm>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "suites/common/slice_runner.h"
#include "suites/common/table.h"
#include "suites/jit/kernel_cases.h"
#include "suites/jit/kernels.h"
#include "suites/jit/test_folder.h"

namespace suites::jit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

common::Case find(const std::string& id) {
    const common::Suite made = suite(test_folder());
    const auto found =
        std::find_if(made.cases.begin(), made.cases.end(), [&](const auto& entry) { return entry.id == id; });
    return found == made.cases.end() ? common::Case{.id = "", .body = {}, .metrics = {}, .tags = {}} : *found;
}

bool has_tag(const common::Case& entry, const std::string& tag) {
    return std::count(entry.tags.begin(), entry.tags.end(), tag) == 1;
}

// What the case's targets allow, as "VERSUS RATIO".
std::vector<std::string> targets(const std::string& id) {
    std::vector<std::string> texts;
    for (const auto& target : find(id).targets) {
        texts.push_back(fmt::format("{} {:.3f}", target.versus, target.ratio));
    }
    return texts;
}

TEST(JitSuite, TheTableIsWellFormed) {
    const common::Suite made = suite(test_folder());
    EXPECT_EQ(common::find_problem(made), std::nullopt);
    EXPECT_EQ(made.cases.size(), 18U + 12U + 22U + 66U + 9U);
}

TEST(JitSuite, TheFloorsAreTargets) {
    EXPECT_THAT(targets("compile/5000/level_1"), ElementsAre("compile/100/level_1 60.000"));
    EXPECT_THAT(targets("kernel/hot_loop/jit"), ElementsAre("kernel/hot_loop/interp 0.125"));
    EXPECT_THAT(targets("kernel/cold_start/jit"), ElementsAre("kernel/cold_start/interp 1.050"));
    for (const std::string size : {"16KiB", "512KiB", "64MiB"}) {
        EXPECT_THAT(targets("chase/" + size + "/system"), ElementsAre("chase/" + size + "/raw 2.400"));
    }
    EXPECT_THAT(targets("kernel/hot_loop/interp"), IsEmpty());
}

TEST(JitSuite, EnginesModesAndPassesAreComparedWithTheirControls) {
    EXPECT_THAT(find("kernel/calls/jit").versus, ElementsAre("kernel/calls/interp", "kernel/calls/native"));
    EXPECT_THAT(find("kernel/mixed/jit").versus, ElementsAre("kernel/mixed/interp"));
    EXPECT_THAT(find("kernel/cold_start/jit").versus, IsEmpty());
    EXPECT_THAT(find("invalidate/user/recompiled").versus, ElementsAre("invalidate/user/interpreted"));
    EXPECT_THAT(find("evict/half_fits").versus, ElementsAre("evict/interpreted", "evict/all_fits"));
    EXPECT_THAT(find("chase/64MiB/user").versus, ElementsAre("chase/64MiB/raw"));
    EXPECT_THAT(find("passes/words/without_narrow").versus, ElementsAre("passes/words/full"));
    EXPECT_THAT(find("passes/words/level_0").versus, ElementsAre("passes/words/full"));
    EXPECT_THAT(find("passes/words/full").versus, IsEmpty());
}

TEST(JitSuite, ReferencesAreWhatRunsNothingOfVm) {
    for (const auto& entry : suite(test_folder()).cases) {
        const bool foreign = entry.id.ends_with("/raw") or entry.id.ends_with("/native");
        EXPECT_EQ(has_tag(entry, "reference"), foreign) << entry.id;
    }
}

// Once around each loop, at least: one iteration, or the batch that one begins.
TEST(JitSuite, EveryQuickCaseRunsWithoutAnError) {
    if (not vm::native::supported()) GTEST_SKIP() << "nothing is compiled on this host";
    unsigned quick = 0;
    for (const auto& entry : suite(test_folder()).cases) {
        if (not has_tag(entry, "quick")) continue;
        ++quick;
        EXPECT_EQ(common::SliceRunner(entry, 1).run({.number = 1, .iterations = 1}).error, "") << entry.id;
    }
    EXPECT_GT(quick, 25U);
}

TEST(JitSuite, EveryRowWithoutAPassComputesTheSame) {
    if (not vm::native::supported()) GTEST_SKIP() << "nothing is compiled on this host";
    for (const auto& entry : suite(test_folder()).cases) {
        if (not entry.id.starts_with("passes/")) continue;
        EXPECT_EQ(common::SliceRunner(entry, 1).run({.number = 1, .iterations = 1}).error, "") << entry.id;
    }
}

TEST(JitSuite, AWrongResultFailsByName) {
    const Kernel wrong{"hot_loop", [](std::uint64_t) { return std::uint64_t{7}; }, 10};
    for (const Kernel::Start start : {Kernel::Start::warm, Kernel::Start::fresh}) {
        Kernel kernel = wrong;
        kernel.start = start;
        const auto entry = kernel_case("kernel/wrong/interp", test_folder(), kernel, std::nullopt);
        const auto answer = common::SliceRunner(entry, 1).run({.number = 1, .iterations = 1});
        EXPECT_THAT(answer.error, HasSubstr(fmt::format("hot_loop is {}, not 7", hot_loop(10))));
    }
}

}  // namespace
}  // namespace suites::jit
