#include "harness/run/changed.h"

#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>

#include "harness/run/git.h"

namespace harness::run {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A repository with a suite `all` without paths, and one `cpu` that measures vm/cpu.
class Changed : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "changedXXXXXX";
        change_.repository = mkdtemp(name.data());
        do_git({"init", "--quiet", "--initial-branch=main"});
        manifest("all", "");
        manifest("cpu", R"(, "paths": ["vm/cpu/**", "suites/cpu/**"])");
        write("vm/cpu/add.cpp", "one");
        write("docs/index.md", "one");
        change_.base = commit();
    }
    void TearDown() override { fs::remove_all(change_.repository); }

    std::string do_git(const std::vector<std::string>& arguments) {
        std::vector<std::string> all = {"-c", "user.name=Nobody", "-c", "user.email=nobody@example.org"};
        all.insert(all.end(), arguments.begin(), arguments.end());
        return git(change_.repository, all, interrupts_).value();
    }
    void write(const std::string& path, const std::string& text) {
        fs::create_directories((change_.repository / path).parent_path());
        std::ofstream(change_.repository / path) << text;
    }
    void manifest(const std::string& name, const std::string& paths) {
        write("suites/" + name + "/suite.json",
              fmt::format(R"({{"name": "{0}", "program": "{0}", "title": "T"{1}}})", name, paths));
    }
    std::string commit() {
        do_git({"add", "--all"});
        do_git({"commit", "--quiet", "--message", "change"});
        return do_git({"rev-parse", "HEAD"});
    }
    ConcernedSuites concerned() {
        change_.head = commit();
        return concerned_suites(change_, interrupts_).value();
    }

    Change change_;
    Interrupts interrupts_ = std::move(Interrupts::create().value());
};

TEST_F(Changed, ASuiteIsConcernedByAFileThatItsPathsMatch) {
    write("vm/cpu/add.cpp", "two");
    const ConcernedSuites suites = concerned();
    EXPECT_THAT(suites.concerned, ElementsAre("all", "cpu"));
    EXPECT_THAT(suites.untouched, IsEmpty());
    EXPECT_EQ(suites.changed_files, 1U);
}

TEST_F(Changed, ASuiteWithoutPathsIsAlwaysConcerned) {
    write("docs/index.md", "two");
    const ConcernedSuites suites = concerned();
    EXPECT_THAT(suites.concerned, ElementsAre("all"));
    EXPECT_THAT(suites.untouched, ElementsAre("cpu"));
}

TEST_F(Changed, AFileThatMovedAwayConcernsTheSuiteToo) {
    do_git({"mv", "vm/cpu/add.cpp", "docs/add.cpp"});
    EXPECT_THAT(concerned().concerned, ElementsAre("all", "cpu"));
}

TEST_F(Changed, AChangeCannotExcuseItselfByNarrowingThePaths) {
    manifest("cpu", R"(, "paths": ["vm/gpu/**"])");
    write("vm/cpu/add.cpp", "two");
    EXPECT_THAT(concerned().concerned, ElementsAre("all", "cpu"));
}

TEST_F(Changed, ANewSuiteIsToldByItsOwnPaths) {
    manifest("gpu", R"(, "paths": ["suites/gpu/**"])");
    EXPECT_THAT(concerned().concerned, ElementsAre("all", "gpu"));
}

TEST_F(Changed, PathsWithSpacesAndUmlautsAreTakenAsTheyAre) {
    manifest("cpu", R"(, "paths": ["a b/ä.txt"])");
    change_.base = commit();
    write("a b/ä.txt", "one");
    EXPECT_THAT(concerned().concerned, ElementsAre("all", "cpu"));
}

TEST_F(Changed, AFolderInsideTheRepositoryWillDo) {
    change_.repository /= "docs";
    write("../vm/cpu/add.cpp", "two");
    do_git({"add", "--all", ".."});
    do_git({"commit", "--quiet", "--message", "change"});
    change_.head = do_git({"rev-parse", "HEAD"});
    EXPECT_THAT(concerned_suites(change_, interrupts_).value().concerned, ElementsAre("all", "cpu"));
    change_.repository = change_.repository.parent_path();
}

TEST_F(Changed, ManifestsThatAreNotThereOrBrokenAreErrors) {
    change_.head = change_.base;
    change_.manifests = "bench/*.json";
    EXPECT_EQ(concerned_suites(change_, interrupts_).error().message,
              "no suite's manifest matches 'bench/*.json'");
    write("bench/a.json", "{");
    change_.head = commit();
    EXPECT_THAT(concerned_suites(change_, interrupts_).error().message,
                HasSubstr(":bench/a.json: not valid JSON"));
}

}  // namespace
}  // namespace harness::run
