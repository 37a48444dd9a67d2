#include "suites/peers/cases.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "suites/common/slice_runner.h"
#include "suites/common/table.h"

namespace suites::peers {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const common::Runners kWithQemu = {"vm", "guest", "qemu"};
const common::Runners kWithoutQemu = {"vm", "guest", std::nullopt};
const common::Runners kWithGuest = {"vm", "guest", "qemu", "qemu-system", "linux"};
const common::Runners kWithGuestAlone = {"vm", "guest", std::nullopt, std::nullopt, "linux"};

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

TEST(Peers, TheTableIsWellFormedWithAndWithoutQemuAndAGuest) {
    for (const auto& [runners, size] :
         {std::pair(kWithoutQemu, 3 * 21U), std::pair(kWithQemu, 4 * 21U),
          std::pair(kWithGuestAlone, 3 * 21U + 19U), std::pair(kWithGuest, 4 * 21U + 2 * 19U)}) {
        EXPECT_EQ(common::find_problem(suite(runners)), std::nullopt);
        EXPECT_EQ(suite(runners).cases.size(), size);
    }
}

TEST(Peers, NativeAndQemuAreReferences) {
    for (const auto& entry : suite(kWithGuest).cases) {
        const bool ours =
            entry.id.ends_with("/jit") or entry.id.ends_with("/interp") or entry.id.ends_with("/system");
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

TEST(Peers, ProgramsInABootedGuestAreComparedWithNativeCodeAndQemusGuest) {
    const auto made = suite(kWithGuest);
    EXPECT_THAT(find(made, "crc/system").versus, ElementsAre("crc/native", "crc/system_qemu"));
    EXPECT_THAT(find(made, "crc/system_qemu").versus, ElementsAre("crc/native"));
    EXPECT_THAT(targets(find(made, "crc/system")), ElementsAre("crc/system_qemu 1.00"));
    EXPECT_THAT(targets(find(made, "sieve/system")),
                ElementsAre("sieve/system_qemu 1.00", "sieve/native 5.00"));
    EXPECT_THAT(targets(find(made, "crc/system_qemu")), IsEmpty());
    EXPECT_THAT(targets(find(suite(kWithGuestAlone), "sieve/system")), ElementsAre("sieve/native 5.00"));
    EXPECT_THAT(find(suite(kWithGuestAlone), "crc/system").versus, ElementsAre("crc/native"));
}

TEST(Peers, BootingIsNotQuick) {
    for (const auto& entry : suite(kWithGuest).cases) {
        if (entry.id.find("/system") != std::string::npos) {
            EXPECT_FALSE(has_tag(entry, "quick")) << entry.id;
        }
    }
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

class PeersPrograms : public ::testing::Test {
  protected:
    void SetUp() override { fs::create_directories(folder_); }
    void TearDown() override { fs::remove_all(folder_); }

    fs::path script(const std::string& text) const {
        std::ofstream(folder_ / "script") << "#!/bin/sh\n" << text;
        fs::permissions(folder_ / "script", fs::perms::owner_all);
        return folder_ / "script";
    }

    const fs::path folder_ = fs::temp_directory_path() / fmt::format("peers.{}", ::getpid());
};

TEST_F(PeersPrograms, AnEngineThatIsNotThereFailsWithItsOwnMessage) {
    const fs::path vm = script("echo \"engine '$3' is not available\" >&2\nexit 2\n");
    const common::Case jit = find(suite({vm, "guest", std::nullopt}), "crc/jit");
    const auto answer = common::SliceRunner(jit, 1).run({.number = 1, .iterations = 1});
    EXPECT_THAT(answer.error, AllOf(HasSubstr("exit code 2"), HasSubstr("engine 'jit' is not available")));
}

TEST_F(PeersPrograms, GuestsAreBootedByVmAndByQemuWithOneHartAndAConsole) {
    for (const char* name : {"crc.rv64", "initramfs.cpio"}) {
        std::ofstream(folder_ / name) << "something";
    }
    const fs::path says = script("echo \"$@\"; exit 2\n");
    const auto made = suite({says, folder_, std::nullopt, says, folder_});
    const auto said = [&](const char* id) {
        const common::Case entry = find(made, id);
        return common::SliceRunner(entry, 1).run({.number = 1, .iterations = 1}).error;
    };
    const auto files = fmt::format("--kernel {} --initrd /proc/", (folder_ / "Image").string());
    EXPECT_THAT(said("crc/system"),
                AllOf(HasSubstr("run --memory 512M " + files), HasSubstr("--append console=ttyS0")));
    EXPECT_THAT(said("crc/system_qemu"),
                AllOf(HasSubstr("-machine virt -m 512M"), HasSubstr("-serial stdio " + files),
                      HasSubstr("--append console=ttyS0")));
}

TEST(Peers, NativeProgramsComputeTheKnownResults) {
    const auto folder = fs::read_symlink("/proc/self/exe").parent_path() / "suites" / "guest";
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
