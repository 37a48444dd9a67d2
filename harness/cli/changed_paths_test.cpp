#include "harness/cli/changed_paths.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>

#include "harness/run/git.h"

namespace harness::cli {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

// A repository with the suites `cpu` and `memory`, each of which measures a folder of its name.
class ChangedPathsTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "changed_pathsXXXXXX";
        folder_ = mkdtemp(name.data());
        do_git({"init", "--quiet", "--initial-branch=main"});
        for (const std::string suite : {"cpu", "memory"}) {
            write("suites/" + suite + "/suite.json",
                  fmt::format(R"({{"name": "{0}", "program": "{0}", "title": "T", "paths": ["{0}/**"]}})",
                              suite));
        }
        matchup_.base = commit();
        matchup_.head = "main";
        matchup_.sides.repository = folder_;
        CLI::App app;
        declare_changed_paths(app, options_);
        app.parse("--changed-paths");
    }
    void TearDown() override { fs::remove_all(folder_); }

    std::string do_git(const std::vector<std::string>& arguments) {
        std::vector<std::string> all = {"-c", "user.name=Nobody", "-c", "user.email=nobody@example.org"};
        all.insert(all.end(), arguments.begin(), arguments.end());
        return run::git(folder_, all, interrupts_).value();
    }
    void write(const std::string& path, const std::string& text) {
        fs::create_directories((folder_ / path).parent_path());
        std::ofstream(folder_ / path) << text;
    }
    std::string commit() {
        do_git({"add", "--all"});
        do_git({"commit", "--quiet", "--message", "change"});
        return do_git({"rev-parse", "HEAD"});
    }
    std::optional<model::Comparison> narrowed() { return narrow(options_, matchup_, interrupts_).value(); }

    fs::path folder_;
    ChangedPaths options_;
    Matchup matchup_;
    run::Interrupts interrupts_ = std::move(run::Interrupts::create().value());
};

TEST_F(ChangedPathsTest, SuitesThatNoChangedFileConcernsAreLeftOut) {
    write("cpu/add.cpp", "one");
    commit();
    EXPECT_EQ(narrowed(), std::nullopt);
    EXPECT_THAT(matchup_.select.left_out, ElementsAre("memory"));
}

TEST_F(ChangedPathsTest, WhereNoSuiteIsLeftTheComparisonSaysSo) {
    write("README.md", "one");
    const std::string head = commit();
    const auto comparison = narrowed();
    ASSERT_TRUE(comparison.has_value());
    EXPECT_EQ(comparison->head_revision, head);
    EXPECT_THAT(comparison->verdicts, IsEmpty());
    EXPECT_THAT(comparison->notes,
                ElementsAre("nothing was measured: none of 1 file changed concerns a suite"));
}

TEST_F(ChangedPathsTest, OnlySuitesThatWereAskedForCount) {
    write("cpu/add.cpp", "one");
    commit();
    matchup_.select.suites = {"memory"};
    EXPECT_TRUE(narrowed().has_value());
    matchup_.select.suites = {"memory", "cpu"};
    EXPECT_FALSE(narrowed().has_value());
}

TEST_F(ChangedPathsTest, ARepositoryWithoutManifestsIsAnError) {
    options_.manifests = "bench/*.json";
    matchup_.head = matchup_.base;
    EXPECT_EQ(narrow(options_, matchup_, interrupts_).error().message,
              "no suite's manifest matches 'bench/*.json'");
}

}  // namespace
}  // namespace harness::cli
