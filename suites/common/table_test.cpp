#include "suites/common/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace suites::common {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Optional;

Case plain(std::string id) {
    return {
        .id = std::move(id), .body = [](benchmark::State&) {}, .metrics = {time_metric()}, .tags = {"quick"}};
}

Suite suite_of(std::vector<Case> cases) { return {"sample", "How fast?", std::move(cases)}; }

std::vector<std::string> ids(const std::vector<const Case*>& cases) {
    std::vector<std::string> names;
    for (const Case* entry : cases) {
        names.push_back(entry->id);
    }
    return names;
}

TEST(Table, AProperTableHasNoProblem) {
    Suite suite = suite_of({plain("read/4/4KiB"), plain("raw_read/4/4KiB")});
    suite.cases[0].targets = {{"time", "raw_read/4/4KiB", 1.5}};
    EXPECT_EQ(find_problem(suite), std::nullopt);
}

TEST(Table, AnIdGivenTwiceIsNamed) {
    EXPECT_THAT(find_problem(suite_of({plain("a"), plain("b"), plain("a")})), Optional(HasSubstr("'a'")));
}

TEST(Table, CharactersThatMeanSomethingInAFilterAreRefused) {
    for (const char* id : {"", "a b", "a+b", "a(b)", "/a", "a/", "a//b", "a*"}) {
        EXPECT_THAT(find_problem(suite_of({plain(id)})), Optional(HasSubstr("an id is"))) << id;
    }
}

TEST(Table, ACaseWithoutBodyOrMetricIsRefused) {
    Suite suite = suite_of({plain("a")});
    suite.cases[0].body = nullptr;
    EXPECT_THAT(find_problem(suite), Optional(HasSubstr("no body")));
    suite = suite_of({plain("a")});
    suite.cases[0].metrics.clear();
    EXPECT_THAT(find_problem(suite), Optional(HasSubstr("no metric")));
}

TEST(Table, ATargetNeedsItsCaseAndItsMetric) {
    Suite suite = suite_of({plain("a"), plain("b")});
    suite.cases[0].targets = {{"time", "c", 1.5}};
    EXPECT_THAT(find_problem(suite), Optional(HasSubstr("'c'")));
    suite.cases[0].targets = {{"power", "b", 1.5}};
    EXPECT_THAT(find_problem(suite), Optional(HasSubstr("'power'")));
}

TEST(Table, ARatioNeedsACaseThatDiffersInOneComponent) {
    Suite suite = suite_of({plain("sort/jit"), plain("sort/native"), plain("hash/native")});
    suite.cases[0].versus = {"sort/native"};
    EXPECT_EQ(find_problem(suite), std::nullopt);
    suite.cases[0].versus = {"sort/qemu"};
    EXPECT_THAT(find_problem(suite), Optional(HasSubstr("'sort/qemu'")));
    suite.cases[0].versus = {"hash/native"};
    EXPECT_THAT(find_problem(suite), Optional(HasSubstr("'hash/native'")));
}

TEST(Table, DescribeStatesEverythingOfACase) {
    Suite suite = suite_of({plain("a"), plain("b")});
    suite.cases[1] = {.id = "b",
                      .version = 3,
                      .body = suite.cases[0].body,
                      .metrics = {time_metric(), bandwidth_metric()},
                      .tags = {"quick", "memory"},
                      .targets = {{"time", "a", 1.5}},
                      .versus = {"a"},
                      .time_source = TimeSource::manual};
    const auto described = describe(suite);
    EXPECT_EQ(described["suite"], "sample");
    EXPECT_EQ(described["question"], "How fast?");
    EXPECT_EQ(described["cases"][0]["time_source"], "cpu");
    auto known = nlohmann::json::parse(R"({
        "id": "b", "version": 3, "time_source": "manual", "tags": ["quick", "memory"],
        "metrics": [{"name": "time", "unit": "ns", "direction": "lower"},
                    {"name": "bytes_per_second", "unit": "B/s", "direction": "higher"}],
        "targets": [{"metric": "time", "vs": "a", "ratio": 1.5}], "versus": ["a"]})");
    known["source"] = {{"file", "suites/common/table_test.cpp"}, {"line", suite.cases[1].source.line}};
    EXPECT_EQ(described["cases"][1], known);
}

TEST(Table, ACaseKnowsWhereItIsWritten) {
    const Case entry = {.id = "a", .body = {}, .metrics = {}, .tags = {}};
    EXPECT_EQ(entry.source.line, __LINE__ - 1);
}

TEST(Table, ACaseFromOutsideTheSourceTreeHasNoSource) {
    Suite suite = suite_of({plain("a")});
    suite.cases[0].source = {"/usr/include/a.h", 3};
    EXPECT_FALSE(describe(suite)["cases"][0].contains("source"));
}

TEST(Table, AFilterSelectsInTableOrder) {
    const Suite suite = suite_of({plain("read/1"), plain("write/1"), plain("read/8")});
    EXPECT_THAT(ids(*select_cases(suite, "read")), ElementsAre("read/1", "read/8"));
    EXPECT_THAT(ids(*select_cases(suite, "^read/8$")), ElementsAre("read/8"));
    EXPECT_THAT(ids(*select_cases(suite, "-read")), ElementsAre("write/1"));
    EXPECT_THAT(ids(*select_cases(suite, "")), ElementsAre("read/1", "write/1", "read/8"));
    EXPECT_THAT(ids(*select_cases(suite, "all")), ElementsAre("read/1", "write/1", "read/8"));
}

TEST(Table, AFilterThatIsNoExpressionIsAnError) {
    EXPECT_THAT(select_cases(suite_of({plain("a")}), "(").error(), HasSubstr("'('"));
}

}  // namespace
}  // namespace suites::common
