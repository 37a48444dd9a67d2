#include "suites/peers/cases.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "suites/common/slice_runner.h"
#include "suites/common/table.h"

namespace suites::peers {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const common::Runners kWithQemu = {"vm", "guest", "qemu"};
const common::Runners kWithoutQemu = {"vm", "guest", std::nullopt};

common::Case find(const common::Suite& suite, const std::string& id) {
    const auto found = std::find_if(suite.cases.begin(), suite.cases.end(),
                                    [&](const auto& entry) { return entry.id == id; });
    return found == suite.cases.end() ? common::Case{.id = "", .body = {}, .metrics = {}, .tags = {}}
                                      : *found;
}

bool has_tag(const common::Case& entry, const std::string& tag) {
    return std::count(entry.tags.begin(), entry.tags.end(), tag) == 1;
}

// What the case's targets allow, as "VERSUS RATIO".
std::vector<std::string> targets(const common::Case& entry) {
    std::vector<std::string> texts;
    for (const auto& target : entry.targets) {
        texts.push_back(fmt::format("{} {:.2f}", target.versus, target.ratio));
    }
    return texts;
}

TEST(Peers, TheTableIsWellFormedWithAndWithoutQemu) {
    EXPECT_EQ(common::find_problem(suite(kWithQemu)), std::nullopt);
    EXPECT_EQ(common::find_problem(suite(kWithoutQemu)), std::nullopt);
    EXPECT_EQ(suite(kWithQemu).cases.size(), 4 * 21U);
    EXPECT_EQ(suite(kWithoutQemu).cases.size(), 3 * 21U);
}

TEST(Peers, NativeAndQemuAreReferences) {
    for (const auto& entry : suite(kWithQemu).cases) {
        const bool ours = entry.id.ends_with("/jit") or entry.id.ends_with("/interp");
        EXPECT_EQ(has_tag(entry, "reference"), not ours) << entry.id;
    }
}

TEST(Peers, ProgramsThatComputeAreComparedWithNativeCodeAndQemu) {
    const auto made = suite(kWithQemu);
    for (const char* id : {"crc/jit", "crc/interp"}) {
        EXPECT_THAT(find(made, id).versus, ElementsAre("crc/native", "crc/qemu")) << id;
    }
    EXPECT_THAT(find(made, "crc/qemu").versus, ElementsAre("crc/native"));
    EXPECT_THAT(find(made, "crc/native").versus, IsEmpty());
    EXPECT_THAT(find(suite(kWithoutQemu), "crc/jit").versus, ElementsAre("crc/native"));
}

TEST(Peers, StartUpDoesNotEnterTheMeans) {
    for (const auto& entry : suite(kWithQemu).cases) {
        if (entry.id.starts_with("hello/") or entry.id.starts_with("once/")) {
            EXPECT_THAT(entry.versus, IsEmpty()) << entry.id;
        }
    }
}

TEST(Peers, TheJitHasFloorsAgainstNativeCodeAndQemu) {
    const auto made = suite(kWithQemu);
    EXPECT_THAT(targets(find(made, "crc/jit")), ElementsAre("crc/qemu 1.00"));
    EXPECT_THAT(targets(find(made, "bytecode/jit")),
                ElementsAre("bytecode/native 2.20", "bytecode/qemu 1.00"));
    EXPECT_THAT(targets(find(made, "hello/jit")), ElementsAre("hello/qemu 0.33"));
    EXPECT_THAT(targets(find(made, "once/jit")), ElementsAre("once/qemu 1.00", "once/interp 1.05"));
    EXPECT_THAT(targets(find(made, "crc/interp")), IsEmpty());
    EXPECT_THAT(targets(find(suite(kWithoutQemu), "once/jit")), ElementsAre("once/interp 1.05"));
}

TEST(Peers, TheInterpreterIsQuickWhereOnlyStartUpCounts) {
    const auto made = suite(kWithQemu);
    EXPECT_FALSE(has_tag(find(made, "crc/interp"), "quick"));
    for (const char* id : {"once/interp", "hello/interp", "crc/jit", "crc/native", "crc/qemu"}) {
        EXPECT_TRUE(has_tag(find(made, id), "quick")) << id;
    }
}

TEST(Peers, AnEngineThatIsNotThereFailsWithItsOwnMessage) {
    const auto script = std::filesystem::temp_directory_path() / fmt::format("peers.{}", ::getpid());
    std::FILE* file = std::fopen(script.c_str(), "w");
    fmt::print(file, "#!/bin/sh\necho \"engine '$3' is not available\" >&2\nexit 2\n");
    std::fclose(file);
    std::filesystem::permissions(script, std::filesystem::perms::owner_all);
    const common::Case jit = find(suite({script, "guest", std::nullopt}), "crc/jit");
    const auto answer = common::SliceRunner(jit, 1).run({.number = 1, .iterations = 1});
    std::filesystem::remove(script);
    EXPECT_THAT(answer.error, AllOf(HasSubstr("exit code 2"), HasSubstr("engine 'jit' is not available")));
}

TEST(Peers, NativeProgramsComputeTheKnownResults) {
    const auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "suites" / "guest";
    const common::Suite made = suite({"vm", folder, std::nullopt});
    for (const auto& entry : made.cases) {
        if (entry.id.ends_with("/native")) {
            const auto answer = common::SliceRunner(entry, 1).run({.number = 1, .iterations = 1});
            EXPECT_EQ(answer.error, "") << entry.id;
        }
    }
}

}  // namespace
}  // namespace suites::peers
