#include "harness/run/build.h"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "harness/run/child.h"

namespace harness::run {
namespace {

namespace fs = std::filesystem;

class Repository : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "repositoryXXXXXX";
        folder_ = mkdtemp(name.data());
    }
    void TearDown() override { fs::remove_all(folder_); }
    void shell(const std::string& script) {
        Command command;
        command.arguments = {"/bin/sh", "-c", "cd " + folder_.string() + " && " + script};
        const auto report = run_child(command, interrupts_).value();
        ASSERT_EQ(report.status, 0) << report.messages;
    }
    void commit_a_file() {
        shell(
            "git init -q . && echo one > file && git add file && "
            "git -c user.name=t -c user.email=t@example.org commit -q -m one");
    }
    fs::path folder_;
    Interrupts interrupts_ = std::move(Interrupts::create().value());
};

TEST_F(Repository, OutsideOneThereIsNoRevision) {
    const Revision revision = git_revision(folder_, interrupts_);
    EXPECT_EQ(revision.commit, "");
    EXPECT_FALSE(revision.dirty);
}

TEST_F(Repository, GivesTheCommitOfACleanTree) {
    commit_a_file();
    const Revision revision = git_revision(folder_, interrupts_);
    EXPECT_EQ(revision.commit.size(), 40U);
    EXPECT_FALSE(revision.dirty);
}

TEST_F(Repository, NoticesAChangedFileButNotAnUntrackedOne) {
    commit_a_file();
    shell("echo new > untracked");
    EXPECT_FALSE(git_revision(folder_, interrupts_).dirty);
    shell("echo two > file");
    EXPECT_TRUE(git_revision(folder_, interrupts_).dirty);
}

TEST_F(Repository, FilesWithTheSameContentHashAlike) {
    std::ofstream(folder_ / "a") << "same";
    std::ofstream(folder_ / "b") << "same";
    std::ofstream(folder_ / "c") << "other";
    EXPECT_EQ(hash_file(folder_ / "a").value(), hash_file(folder_ / "b").value());
    EXPECT_NE(hash_file(folder_ / "a").value(), hash_file(folder_ / "c").value());
}

TEST_F(Repository, HashOfAnEmptyFileIsThePublishedOne) {
    std::ofstream(folder_ / "empty");
    EXPECT_EQ(hash_file(folder_ / "empty").value(), "99aa06d3014798d86001c324468d497f");
}

TEST_F(Repository, HashOfAMissingFileIsAnError) {
    EXPECT_EQ(hash_file("/nonexistent").error().message,
              "cannot read '/nonexistent': No such file or directory");
}

TEST(DescribeBuild, PrefersWhatTheProgramSays) {
    const model::Build build = describe_build(
        "abc", {"aaaa", true}, {{"revision", "bbbb"}, {"compiler", "GCC 12"}, {"flags", "-O3"}});
    EXPECT_EQ(build.program_hash, "abc");
    EXPECT_EQ(build.revision, "bbbb");
    EXPECT_FALSE(build.dirty);
    EXPECT_EQ(build.compiler, "GCC 12");
    EXPECT_EQ(build.flags, "-O3");
}

TEST(DescribeBuild, ReadsTheDirtyMark) {
    const model::Build build = describe_build("abc", {}, {{"revision", "bbbb-dirty"}});
    EXPECT_EQ(build.revision, "bbbb");
    EXPECT_TRUE(build.dirty);
}

TEST(DescribeBuild, FallsBackToTheRepository) {
    const model::Build build = describe_build("abc", {"aaaa", true}, {});
    EXPECT_EQ(build.revision, "aaaa");
    EXPECT_TRUE(build.dirty);
    EXPECT_EQ(build.compiler, "");
}

}  // namespace
}  // namespace harness::run
