#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "harness/run/git.h"
#include "harness/tests/bench.h"

namespace harness::tests {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::MatchesRegex;

// A project whose build copies the fake suite. In the second link order it is 5 % slower, and its bytes
// differ from order to order.
class Relinks : public Bench {
  protected:
    void SetUp() override {
        Bench::SetUp();
        fs::create_directories(folder_ / "project");
        do_git({"init", "--quiet", "--initial-branch=main"});
        do_git({"commit", "--quiet", "--allow-empty", "--message", "nothing"});
        copies_ = fmt::format("mkdir out && cp '{}' out/fake && cp '{}' out/fake.json", FAKE_SUITE,
                              (folder_ / "suites/fake.json").string());
        heeds_ = copies_ +
                 " && printf %s \"$VMBENCH_LINK_SEED\" >> out/fake"
                 " && if [ \"$VMBENCH_LINK_SEED\" = 2 ]; then echo 1.05 > out/fake.factor; fi";
    }

    void do_git(const std::vector<std::string>& arguments) {
        auto interrupts = std::move(run::Interrupts::create().value());
        std::vector<std::string> all = {"-c", "user.name=Nobody", "-c", "user.email=nobody@example.org"};
        all.insert(all.end(), arguments.begin(), arguments.end());
        const auto done = run::git(folder_ / "project", all, interrupts);
        ASSERT_TRUE(done.has_value()) << done.error().message;
    }

    Printed compare(const std::string& base, const std::string& build) {
        return vmbench(
            {"ab", base, "main", "--repository", folder_ / "project", "--build-command", build, "--suites",
             "out", "--relink", "2", "--seed", "1", kNoteConditions, "--budget", "5s", "--format", "json"},
            {"FAKE_CASES=steady", "XDG_CACHE_HOME=" + (folder_ / "cache").string()});
    }

    std::string copies_;
    std::string heeds_;
};

TEST_F(Relinks, WhatLinkOrdersDifferByIsToldAndNoRegression) {
    const Printed printed = compare("main", heeds_);
    ASSERT_NE(printed.code, 2) << printed.err;
    const auto comparison = nlohmann::json::parse(printed.out);
    const std::string note = comparison.at("verdicts")[0].at("note");
    // The fake's processes differ by up to 2 %.
    EXPECT_THAT(note, MatchesRegex("link orders differ by [3-7]\\.[0-9] %.*"));
}

TEST_F(Relinks, ABuildThatDoesNotHeedTheSeedIsRefused) {
    const Printed printed = compare("main", copies_);
    EXPECT_EQ(printed.code, 2);
    EXPECT_THAT(printed.err, HasSubstr("'main' gives the same programs in two link orders"));
}

TEST_F(Relinks, ABuildFolderCannotBeLinkedAgain) {
    const Printed printed = compare(folder_.string(), heeds_);
    EXPECT_EQ(printed.code, 2);
    EXPECT_THAT(printed.err, HasSubstr("only revisions are linked in other orders"));
}

}  // namespace
}  // namespace harness::tests
