#include "harness/duel/sides.h"

#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>

#include "harness/run/git.h"

namespace harness::duel {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Sides : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "sidesXXXXXX";
        folder_ = mkdtemp(name.data());
        settings_ = {.repository = folder_,
                     .build_command = "mkdir -p out && touch out/fake.json",
                     .suites = "out",
                     .cache = folder_ / "cache"};
    }
    void TearDown() override { fs::remove_all(folder_); }

    void manifest_in(const fs::path& folder) {
        fs::create_directories(folder);
        std::ofstream(folder / "fake.json") << "{}";
    }

    Result<BuiltSide> resolve(const std::string& text) {
        return resolve_side(text, settings_, interrupts_, [](std::string_view) {});
    }

    fs::path folder_;
    SideSettings settings_;
    run::Interrupts interrupts_ = std::move(run::Interrupts::create().value());
};

TEST_F(Sides, ABuildFolderIsTakenAsItIs) {
    manifest_in(folder_ / "build/bin/suites");
    const BuiltSide side = resolve((folder_ / "build").string()).value();
    EXPECT_EQ(side.suites, folder_ / "build/bin/suites");
    EXPECT_EQ(side.commit, "");
    EXPECT_EQ(resolve((folder_ / "build/bin/suites").string()).value().suites, folder_ / "build/bin/suites");
}

TEST_F(Sides, ABuildFolderHasOneLinkOrder) {
    manifest_in(folder_ / "build/bin/suites");
    settings_.link_seed = 1;
    EXPECT_THAT(resolve((folder_ / "build").string()).error().message,
                HasSubstr("only revisions are linked in other orders"));
}

TEST_F(Sides, AFolderWithoutSuitesIsAnError) {
    EXPECT_THAT(resolve(folder_.string()).error().message, HasSubstr("no suite programs in"));
}

TEST_F(Sides, AFileIsAProgram) {
    const fs::path program = folder_ / "program";
    std::ofstream(program) << "";
    EXPECT_THAT(resolve(program.string()).error().message, HasSubstr("is no program"));
    fs::permissions(program, fs::perms::owner_all);
    const BuiltSide side = resolve(program.string()).value();
    EXPECT_THAT(side.programs, testing::ElementsAre(program));
    EXPECT_EQ(side.tree, folder_);
}

TEST_F(Sides, ProgramsAreFoundFromTheTop) {
    settings_.programs = {"bin/speed"};
    EXPECT_THAT(resolve(folder_.string()).error().message, HasSubstr("has no program 'bin/speed'"));
    fs::create_directories(folder_ / "bin");
    std::ofstream(folder_ / "bin/speed") << "";
    fs::permissions(folder_ / "bin/speed", fs::perms::owner_all);
    EXPECT_THAT(resolve(folder_.string()).value().programs, testing::ElementsAre(folder_ / "bin/speed"));
}

TEST_F(Sides, AFolderIsEnoughWhereNothingIsWanted) {
    settings_.nothing_wanted = true;
    EXPECT_EQ(resolve(folder_.string()).value().tree, folder_);
}

TEST_F(Sides, APresetIsBuiltWithoutItsTests) {
    EXPECT_EQ(preset_build_command("release"),
              "cmake --preset release && cmake --build build/release --target vm suites/all");
    EXPECT_EQ(preset_suites("release"), "build/release/bin/suites");
}

TEST_F(Sides, ARevisionIsBuilt) {
    const std::vector<std::vector<std::string>> commands = {
        {"init", "--quiet"},
        {"-c", "user.name=N", "-c", "user.email=n@example.org", "commit", "--quiet", "--allow-empty", "-m",
         "x"},
        {"tag", "v1"}};
    for (const auto& command : commands) ASSERT_TRUE(run::git(folder_, command, interrupts_).has_value());
    const BuiltSide side = resolve("v1").value();
    EXPECT_EQ(side.commit.size(), 40U);
    EXPECT_TRUE(fs::exists(side.suites / "fake.json"));
    settings_.suites = "elsewhere";
    EXPECT_THAT(resolve("v1").error().message, HasSubstr("left no suite programs in"));
}

TEST_F(Sides, WhatIsNeitherIsNoRevision) {
    EXPECT_THAT(resolve("nothing").error().message, HasSubstr("'nothing' is no revision"));
}

}  // namespace
}  // namespace harness::duel
