#include "harness/run/suites.h"

#include <cstdlib>
#include <fstream>
#include <sys/stat.h>

#include <gmock/gmock.h>

namespace harness::run {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class Suites : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "suitesXXXXXX";
        folder_ = mkdtemp(name.data());
    }
    void TearDown() override { fs::remove_all(folder_); }

    void manifest(const std::string& name) {
        std::ofstream(folder_ / (name + ".json"))
            << fmt::format(R"({{"name": "{0}", "program": "{0}", "title": "T", "description": "D"}})", name);
    }
    void program(const std::string& name, const std::string& script) {
        std::ofstream(folder_ / name) << "#!/bin/sh\n" << script;
        chmod((folder_ / name).c_str(), 0755);
    }
    Result<FoundSuite> describe(const std::string& name) {
        auto interrupts = std::move(Interrupts::create().value());
        const auto manifests = find_manifests(folder_).value();
        return describe_suite(folder_, pick_manifests(manifests, {name}).value()[0], interrupts);
    }
    fs::path folder_;
};

std::vector<std::string> ids(const std::vector<model::Case>& cases) {
    std::vector<std::string> result;
    for (const model::Case& one : cases) result.push_back(one.id);
    return result;
}

model::Suite tagged_suite() {
    model::Suite suite;
    suite.manifest.name = "memory";
    suite.cases.resize(3);
    suite.cases[0].id = "read/4";
    suite.cases[0].tags = {"quick", "read"};
    suite.cases[1].id = "read/8";
    suite.cases[1].tags = {"read"};
    suite.cases[2].id = "write/4";
    suite.cases[2].tags = {"quick", "write"};
    return suite;
}

TEST_F(Suites, AreFoundByTheirManifestsInOrderOfName) {
    manifest("b");
    manifest("a");
    std::ofstream(folder_ / "notes.txt") << "x";
    const auto manifests = find_manifests(folder_).value();
    ASSERT_EQ(manifests.size(), 2U);
    EXPECT_EQ(manifests[0].name, "a");
    EXPECT_EQ(manifests[1].name, "b");
}

TEST_F(Suites, ThatAreNotThereAreOneClearLine) {
    EXPECT_THAT(find_manifests(folder_).error().message, HasSubstr("no suites in"));
    EXPECT_THAT(find_manifests(folder_ / "missing").error().message, HasSubstr("No such file or directory"));
    manifest("a");
    EXPECT_EQ(pick_manifests(find_manifests(folder_).value(), {"x"}).error().message,
              "no suite 'x' (see `vmbench list`)");
}

TEST_F(Suites, NamedTwiceAreTakenOnce) {
    manifest("a");
    EXPECT_EQ(pick_manifests(find_manifests(folder_).value(), {"a", "a"}).value().size(), 1U);
}

TEST_F(Suites, WithADamagedManifestAreAnErrorThatNamesTheFile) {
    std::ofstream(folder_ / "bad.json") << "{";
    EXPECT_THAT(find_manifests(folder_).error().message, HasSubstr("bad.json"));
}

TEST_F(Suites, DescribeTheirCases) {
    manifest("a");
    program("a", R"(echo '{"suite": "a", "question": "Q?", "cases": [{"id": "x", "version": 1, "tags": [],
        "metrics": [{"name": "time", "unit": "ns", "direction": "lower"}]}]}')");
    const auto found = describe("a");
    ASSERT_TRUE(found.has_value()) << found.error().message;
    EXPECT_THAT(ids(found->suite.cases), ElementsAre("x"));
    EXPECT_TRUE(found->program.is_absolute());
}

TEST_F(Suites, WhoseProgramFailsAreNamed) {
    manifest("a");
    program("a", "exit 3");
    EXPECT_THAT(describe("a").error().message, HasSubstr("exited with 3"));
    program("a", "kill -SEGV $$");
    EXPECT_THAT(describe("a").error().message, HasSubstr("crashed (Segmentation fault)"));
    program("a", "echo nonsense");
    EXPECT_FALSE(describe("a").has_value());
    fs::remove(folder_ / "a");
    EXPECT_THAT(describe("a").error().message, HasSubstr("cannot run"));
}

TEST(SelectedCases, WithoutRestrictionAreAll) {
    EXPECT_THAT(ids(selected_cases(tagged_suite(), {})), ElementsAre("read/4", "read/8", "write/4"));
}

TEST(SelectedCases, FollowTheFilterOnTheWholeId) {
    Selection selection;
    selection.filter = parse_filter("^memory/read.*4$").value();
    EXPECT_THAT(ids(selected_cases(tagged_suite(), selection)), ElementsAre("read/4"));
}

TEST(SelectedCases, HaveOneOfTheTags) {
    Selection selection;
    selection.tags = {"write", "other"};
    EXPECT_THAT(ids(selected_cases(tagged_suite(), selection)), ElementsAre("write/4"));
}

TEST(SelectedCases, OfTheQuickProfileAreTheQuickOnes) {
    Selection selection;
    selection.profile = model::Profile::quick;
    EXPECT_THAT(ids(selected_cases(tagged_suite(), selection)), ElementsAre("read/4", "write/4"));
    selection.profile = model::Profile::full;
    EXPECT_EQ(selected_cases(tagged_suite(), selection).size(), 3U);
}

TEST(SelectedCases, OfTheQuickProfileAreAllWhereNoneIsTagged) {
    model::Suite suite = tagged_suite();
    for (model::Case& one : suite.cases) one.tags.clear();
    Selection selection;
    selection.profile = model::Profile::quick;
    EXPECT_EQ(selected_cases(suite, selection).size(), 3U);
}

TEST(ParseFilter, RefusesABadExpressionInOneLine) {
    EXPECT_EQ(parse_filter("a[").error().message, "'a[' is not a regular expression");
}

}  // namespace
}  // namespace harness::run
