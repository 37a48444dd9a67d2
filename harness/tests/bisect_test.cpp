#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "harness/run/git.h"
#include "harness/tests/bench.h"

namespace harness::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

// A project whose commits hold in `factor` how slow their suite program is; "broken" does not build.
class BisectEnd : public Bench {
  protected:
    void SetUp() override {
        Bench::SetUp();
        project_ = folder_ / "project";
        fs::create_directories(project_);
        do_git({"init", "--quiet", "--initial-branch=main"});
        commit("the good one", "1");
        do_git({"tag", "good"});
    }

    std::string do_git(const std::vector<std::string>& arguments) {
        auto interrupts = std::move(run::Interrupts::create().value());
        std::vector<std::string> all = {"-c", "user.name=Nobody", "-c", "user.email=nobody@example.org"};
        all.insert(all.end(), arguments.begin(), arguments.end());
        return run::git(project_, all, interrupts).value();
    }

    // The name of a commit with this factor.
    std::string commit(const std::string& subject, const std::string& factor) {
        std::ofstream(project_ / "factor") << factor << '\n';
        do_git({"add", "factor"});
        do_git({"commit", "--quiet", "--allow-empty", "--message", subject});
        return do_git({"rev-parse", "HEAD"});
    }

    Printed bisect(const std::string& benchmark, const std::string& good, const std::string& bad) {
        const std::string suite = (folder_ / "suites/fake").string();
        const std::string build = fmt::format(
            "grep -v broken factor && mkdir -p out && cp {0} out/fake && cp {0}.json out && cp factor "
            "out/fake.factor",
            suite);
        return vmbench({"bisect", benchmark, good, bad, "--repository", project_.string(), "--build-command",
                        build, "--suites", "out", "--seed", "7", kNoteConditions},
                       {"XDG_CACHE_HOME=" + (folder_ / "cache").string()});
    }

    fs::path project_;
};

TEST_F(BisectEnd, FindsTheSlowCommitAmongTwelve) {
    std::string slow;
    for (int i = 1; i <= 12; ++i) {
        if (i == 6) {
            commit("does not build", "broken");
        } else if (i == 8) {
            slow = commit("makes it slow", "1.1");
        } else {
            commit(fmt::format("change {}", i), i < 8 ? "1" : "1.1");
        }
    }
    const Printed found = bisect("fake/steady", "good", "main");
    EXPECT_EQ(found.code, 0) << found.err;
    EXPECT_THAT(found.out, HasSubstr("slower: fake/steady by +"));
    EXPECT_THAT(found.out, HasSubstr("first bad commit: " + slow + " makes it slow (9"));
    EXPECT_THAT(found.out, HasSubstr("measured again by: "));
    EXPECT_THAT(found.err, HasSubstr("does not build: building"));
    EXPECT_EQ(query("SELECT count(*) FROM run WHERE status = 'complete'"), "2");
    EXPECT_EQ(query("SELECT count(DISTINCT base_build_id) FROM pair"), "1");
    // Programs that differ in the file beside them alone are still different builds.
    EXPECT_GE(std::stoi(query("SELECT count(DISTINCT head_build_id) FROM pair")), 4);
}

TEST_F(BisectEnd, SaysThatThereIsNoStep) {
    for (int i = 1; i <= 3; ++i) commit("same", "1");
    const Printed none = bisect("fake/steady", "good", "main");
    EXPECT_EQ(none.code, 6) << none.err;
    EXPECT_THAT(none.out, HasSubstr("no step to search for: fake/steady by "));
    EXPECT_THAT(none.out, Not(HasSubstr("first bad commit")));
}

TEST_F(BisectEnd, RefusesCommitsThatAreNoPath) {
    commit("later", "1");
    const Printed reversed = bisect("fake/steady", "main", "good");
    EXPECT_EQ(reversed.code, 2);
    EXPECT_THAT(reversed.err, HasSubstr("is not an ancestor of"));
    EXPECT_THAT(bisect("fake/steady", "good", "nothing").err, HasSubstr("'nothing' is no revision"));
}

TEST_F(BisectEnd, RefusesABenchmarkThatTheGoodCommitLacks) {
    commit("later", "1");
    const Printed unknown = bisect("fake/unknown", "good", "main");
    EXPECT_EQ(unknown.code, 2);
    EXPECT_EQ(unknown.err.substr(unknown.err.rfind("vmbench:")),
              "vmbench: good: it has no benchmark 'fake/unknown'\n");
    EXPECT_THAT(bisect("fake", "good", "main").err, HasSubstr("'fake' is no benchmark"));
}

}  // namespace
}  // namespace harness::tests
