#include "harness/run/checkout.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>

#include "harness/run/git.h"

namespace harness::run {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// A repository with two commits: `text` is "one" in the first and "two" in the second.
class CheckoutTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "checkoutXXXXXX";
        folder_ = mkdtemp(name.data());
        recipe_ = {.repository = folder_ / "project", .command = "cp text made", .cache = folder_ / "cache"};
        fs::create_directories(recipe_.repository);
        do_git({"init", "--quiet", "--initial-branch=main"});
        first_ = commit("one");
        second_ = commit("two");
    }
    void TearDown() override { fs::remove_all(folder_); }

    std::string do_git(const std::vector<std::string>& arguments) {
        std::vector<std::string> all = {"-c", "user.name=Nobody", "-c", "user.email=nobody@example.org"};
        all.insert(all.end(), arguments.begin(), arguments.end());
        return git(recipe_.repository, all, interrupts_).value();
    }

    std::string commit(const std::string& text) {
        std::ofstream(recipe_.repository / "text") << text;
        do_git({"add", "text"});
        do_git({"commit", "--quiet", "--message", text});
        return do_git({"rev-parse", "HEAD"});
    }

    static std::string content(const fs::path& path) {
        std::stringstream text;
        text << std::ifstream(path).rdbuf();
        return text.str();
    }

    Result<Checkout> check_out(const std::string& commit) {
        return run::check_out(recipe_, commit, interrupts_, [this](std::string_view line) { said_ += line; });
    }

    fs::path folder_;
    Recipe recipe_;
    std::string first_;
    std::string second_;
    std::string said_;
    Interrupts interrupts_ = std::move(Interrupts::create().value());
};

TEST_F(CheckoutTest, ARevisionIsNamedInAnyOfGitsWays) {
    EXPECT_EQ(resolve_commit(recipe_.repository, "main", interrupts_).value(), second_);
    EXPECT_EQ(resolve_commit(recipe_.repository, "main~1", interrupts_).value(), first_);
    EXPECT_EQ(resolve_commit(recipe_.repository, first_.substr(0, 10), interrupts_).value(), first_);
    EXPECT_THAT(resolve_commit(recipe_.repository, "nothing", interrupts_).error().message,
                HasSubstr("'nothing' is no revision of the repository at"));
    EXPECT_FALSE(resolve_commit(recipe_.repository, "--all", interrupts_).has_value());
}

TEST_F(CheckoutTest, BuildsEachRevisionInATreeOfItsOwn) {
    const Checkout first = check_out(first_).value();
    const Checkout second = check_out(second_).value();
    EXPECT_EQ(content(first.tree / "made"), "one");
    EXPECT_EQ(content(second.tree / "made"), "two");
    EXPECT_EQ(first.tree.string().size(), second.tree.string().size());
    EXPECT_NE(first.tree, second.tree);
}

TEST_F(CheckoutTest, EachLinkOrderIsABuildOfItsOwn) {
    recipe_.command = "echo \"order $VMBENCH_LINK_SEED\" > made";
    recipe_.link_seed = 1;
    const Checkout one = check_out(first_).value();
    recipe_.link_seed = 2;
    const Checkout two = check_out(first_).value();
    EXPECT_EQ(content(one.tree / "made"), "order 1\n");
    EXPECT_EQ(content(two.tree / "made"), "order 2\n");
}

TEST_F(CheckoutTest, BuildsOnlyWhatIsNotThereYet) {
    const Checkout first = check_out(first_).value();
    std::ofstream(first.tree / "made") << "kept";
    said_.clear();
    EXPECT_EQ(content(check_out(first_).value().tree / "made"), "kept");
    EXPECT_EQ(said_, "");
}

TEST_F(CheckoutTest, AnotherCommandIsAnotherBuild) {
    const Checkout first = check_out(first_).value();
    recipe_.command = "cat text text > made";
    const Checkout doubled = check_out(first_).value();
    EXPECT_NE(first.tree, doubled.tree);
    EXPECT_EQ(content(doubled.tree / "made"), "oneone");
}

TEST_F(CheckoutTest, AFailedBuildNamesItsLogAndIsTriedAgain) {
    recipe_.command = "echo no compiler; test -e ../ready && cp text made";
    const auto failed = check_out(first_);
    ASSERT_FALSE(failed.has_value());
    EXPECT_THAT(failed.error().message, HasSubstr("building " + first_.substr(0, 12) + " failed, see "));
    const std::string log = failed.error().message.substr(failed.error().message.rfind(' ') + 1);
    EXPECT_EQ(content(log), "no compiler\n");
    std::ofstream(recipe_.cache / "ready") << "";
    EXPECT_EQ(content(check_out(first_).value().tree / "made"), "one");
}

TEST_F(CheckoutTest, ABuildThatNeverEndsIsStopped) {
    recipe_.command = "while :; do :; done";
    recipe_.time_limit = std::chrono::milliseconds(50);
    EXPECT_THAT(check_out(first_).error().message, HasSubstr("takes too long"));
}

TEST_F(CheckoutTest, OldTreesGoButForThoseThatAreNeeded) {
    const Checkout first = check_out(first_).value();
    const Checkout second = check_out(second_).value();
    fs::last_write_time(second.tree.string() + ".built",
                        fs::last_write_time(first.tree.string() + ".built") + std::chrono::hours(1));
    EXPECT_EQ(prune_checkouts(recipe_.cache, 2, {}).value(), 0u);
    EXPECT_EQ(prune_checkouts(recipe_.cache, 1, {first_}).value(), 1u);
    EXPECT_TRUE(fs::exists(first.tree));
    EXPECT_FALSE(fs::exists(second.tree));
    EXPECT_EQ(prune_checkouts(recipe_.cache, 0, {first_}).value(), 0u);
    EXPECT_EQ(content(check_out(second_).value().tree / "made"), "two");
    EXPECT_EQ(prune_checkouts(folder_ / "nothing", 0, {}).value(), 0u);
}

TEST_F(CheckoutTest, ACacheThatCannotBeMadeIsAnError) {
    recipe_.cache = "/proc/nothing";
    EXPECT_THAT(check_out(first_).error().message, HasSubstr("cannot make '/proc/nothing'"));
}

}  // namespace
}  // namespace harness::run
