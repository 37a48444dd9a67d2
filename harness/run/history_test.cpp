#include "harness/run/history.h"

#include <cstdlib>

#include <gmock/gmock.h>

#include "harness/run/git.h"

namespace harness::run {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// A repository of empty commits.
class History : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "historyXXXXXX";
        folder_ = mkdtemp(name.data());
        do_git({"init", "--quiet", "--initial-branch=main"});
    }
    void TearDown() override { fs::remove_all(folder_); }

    std::string do_git(const std::vector<std::string>& arguments) {
        std::vector<std::string> all = {"-c", "user.name=Nobody", "-c", "user.email=nobody@example.org"};
        all.insert(all.end(), arguments.begin(), arguments.end());
        return git(folder_, all, interrupts_).value();
    }

    std::string commit(const std::string& subject) {
        do_git({"commit", "--quiet", "--allow-empty", "--message", subject});
        return do_git({"rev-parse", "HEAD"});
    }

    Result<std::vector<LoggedCommit>> between(const std::string& good, const std::string& bad) {
        return commits_between(folder_, good, bad, interrupts_);
    }

    fs::path folder_;
    Interrupts interrupts_ = std::move(Interrupts::create().value());
};

TEST_F(History, IsOldestFirstWithoutTheGoodAndWithTheBadCommit) {
    const std::string good = commit("good");
    const std::string middle = commit("middle: of three words");
    const std::string bad = commit("bad");
    commit("later");
    EXPECT_EQ(between(good, bad).value(),
              (std::vector<LoggedCommit>{{middle, "middle: of three words"}, {bad, "bad"}}));
}

TEST_F(History, ABranchIsTheCommitThatMergedIt) {
    const std::string good = commit("good");
    do_git({"switch", "--quiet", "--create", "side"});
    commit("on the side");
    do_git({"switch", "--quiet", "main"});
    const std::string straight = commit("straight");
    do_git({"merge", "--quiet", "--no-ff", "--message", "merged", "side"});
    const std::string merge = do_git({"rev-parse", "HEAD"});
    EXPECT_EQ(between(good, merge).value(),
              (std::vector<LoggedCommit>{{straight, "straight"}, {merge, "merged"}}));
}

TEST_F(History, ACommitMayHaveNoMessage) {
    const std::string good = commit("good");
    do_git({"commit", "--quiet", "--allow-empty", "--allow-empty-message", "--message", ""});
    const std::string silent = do_git({"rev-parse", "HEAD"});
    const std::string bad = commit("bad");
    EXPECT_EQ(between(good, bad).value(), (std::vector<LoggedCommit>{{silent, ""}, {bad, "bad"}}));
    EXPECT_EQ(between(good, silent).value(), (std::vector<LoggedCommit>{{silent, ""}}));
}

TEST_F(History, OfCommitsInTheWrongOrderIsAnError) {
    const std::string first = commit("first");
    const std::string second = commit("second");
    EXPECT_EQ(between(second, first).error().message,
              fmt::format("good {} is not an ancestor of bad {}: there is no path of commits to search",
                          second.substr(0, 12), first.substr(0, 12)));
}

TEST_F(History, OfUnrelatedCommitsIsAnError) {
    const std::string first = commit("first");
    do_git({"switch", "--quiet", "--orphan", "other"});
    EXPECT_THAT(between(first, commit("unrelated")).error().message, HasSubstr("is not an ancestor"));
}

TEST_F(History, OfOneCommitIsAnError) {
    const std::string only = commit("only");
    EXPECT_THAT(between(only, only).error().message, HasSubstr("are the same commit"));
}

}  // namespace
}  // namespace harness::run
