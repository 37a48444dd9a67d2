#include "harness/cli/policy.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "harness/run/git.h"

namespace harness::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRules = R"({"default": "7%"})";
constexpr const char* kAccepted = R"({"accepted": [{"benchmark": "cpu/fib", "reason": "meant",
    "author": "Ann", "since": "0123abcd", "recorded": "2026-11-21"}]})";

class Policies : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "policyXXXXXX";
        folder_ = mkdtemp(name.data());
    }
    void TearDown() override { fs::remove_all(folder_); }

    std::string write(const std::string& name, const std::string& text) {
        fs::create_directories((folder_ / name).parent_path());
        std::ofstream(folder_ / name) << text;
        return (folder_ / name).string();
    }

    std::string git(const std::vector<std::string>& arguments) {
        std::vector<std::string> all{"-c", "user.name=Ann", "-c", "user.email=ann@example.org"};
        all.insert(all.end(), arguments.begin(), arguments.end());
        const auto printed = run::git(folder_, all, interrupts_);
        EXPECT_TRUE(printed.has_value()) << printed.error().message;
        return printed.value_or("");
    }

    // All files as they are now.
    std::string commit() {
        if (!fs::exists(folder_ / ".git")) git({"init", "--quiet"});
        git({"add", "--all"});
        git({"commit", "--quiet", "--allow-empty", "--message", "A step"});
        return git({"rev-parse", "HEAD"});
    }

    Result<ReviewedPolicy> at(const std::string& commit, const PolicyFiles& files) {
        return policy_at(commit, folder_.string(), files, interrupts_);
    }

    fs::path folder_;
    run::Interrupts interrupts_ = std::move(run::Interrupts::create().value());
};

TEST_F(Policies, AreReadFromFiles) {
    const auto policy = read_policy({write("rules.json", kRules), write("accepted.json", kAccepted)}).value();
    EXPECT_DOUBLE_EQ(policy.rules.default_threshold, 0.07);
    EXPECT_EQ(policy.accepted.entries.at(0).benchmark, "cpu/fib");
}

TEST_F(Policies, OfNoFilesSayNothing) {
    const auto policy = read_policy({}).value();
    EXPECT_DOUBLE_EQ(policy.rules.default_threshold, 0.05);
    EXPECT_TRUE(policy.accepted.entries.empty());
}

TEST_F(Policies, NameTheFileThatIsWrong) {
    EXPECT_THAT(read_policy({write("rules.json", "{"), ""}).error().message,
                testing::HasSubstr("rules.json: not valid JSON"));
    EXPECT_THAT(read_policy({"", (folder_ / "none").string()}).error().message,
                testing::EndsWith("No such file or directory"));
}

TEST_F(Policies, OfACommitAreThoseItHas) {
    write("baselines/rules.json", kRules);
    const std::string before = commit();
    write("baselines/rules.json", R"({"default": "90%"})");
    write("baselines/accepted.json", kAccepted);
    const std::string after = commit();
    const PolicyFiles files{"baselines/rules.json", "baselines/accepted.json"};
    EXPECT_DOUBLE_EQ(at(before, files).value().rules.default_threshold, 0.07);
    EXPECT_TRUE(at(before, files).value().accepted.entries.empty());
    EXPECT_DOUBLE_EQ(at(after, files).value().rules.default_threshold, 0.9);
    EXPECT_EQ(at(after, files).value().accepted.entries.size(), 1U);
}

TEST_F(Policies, OfACommitNameItWhereTheyAreWrong) {
    write("rules.json", R"({"defualt": "5%"})");
    const std::string broken = commit();
    EXPECT_EQ(at(broken, {"rules.json", ""}).error().message,
              broken + ":./rules.json: unknown member 'defualt' (known: default, rules)");
}

TEST_F(Policies, OfACommitAreNamedFromTheFolder) {
    const std::string file = write("rules.json", kRules);
    const std::string made = commit();
    EXPECT_EQ(at(made, {file, ""}).error().message,
              "'" + file + "': name it from '" + folder_.string() + "', as commits know it");
    EXPECT_FALSE(at("0123456789012345678901234567890123456789", {"rules.json", ""}).has_value());
}

TEST(Today, IsADay) { EXPECT_EQ(judge::parse_day(today()).value(), today()); }

}  // namespace
}  // namespace harness::cli
