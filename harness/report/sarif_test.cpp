#include "harness/report/sarif.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "harness/report/test_reports.h"

namespace harness::report {
namespace {

using Json = nlohmann::json;

Json run_of(const model::Comparison& comparison) { return Json::parse(sarif(comparison)).at("runs").at(0); }

TEST(Sarif, NamesItsVersionAndItsRules) {
    const Json log = Json::parse(*render("sarif", testing::comparison(), Colour::never));
    EXPECT_EQ(log.at("version"), "2.1.0");
    ASSERT_EQ(log.at("runs").size(), 1U);
    const Json& driver = log.at("runs").at(0).at("tool").at("driver");
    EXPECT_EQ(driver.at("name"), "vmbench");
    for (const Json& result : log.at("runs").at(0).at("results")) {
        const Json& rule = driver.at("rules").at(result.at("ruleIndex").get<std::size_t>());
        EXPECT_EQ(rule.at("id"), result.at("ruleId"));
        EXPECT_EQ(rule.at("defaultConfiguration").at("level"), result.at("level"));
        EXPECT_FALSE(rule.at("shortDescription").at("text").get<std::string>().empty());
    }
}

TEST(Sarif, HasAResultForEachRegressionAndFailureAndForNothingElse) {
    const Json results = run_of(testing::comparison()).at("results");
    ASSERT_EQ(results.size(), 2U);
    Json first = results[0];
    EXPECT_EQ(first.at("partialFingerprints").at("vmbenchBenchmark/v1").get<std::string>().size(), 16U);
    first.erase("partialFingerprints");
    EXPECT_EQ(first, Json::parse(R"({
        "ruleId": "performance-regression", "ruleIndex": 0, "level": "error",
        "message": {"text": "cpu/fib: time +50.0 % (+25.0 % .. +75.0 %), beyond the threshold of 5.0 %"},
        "locations": [{"logicalLocations": [{"fullyQualifiedName": "cpu/fib"}]}],
        "properties": {"metric": "time", "unit": "ns", "direction": "lower", "threshold": 0.05, "base": 1000.0,
                       "head": 1500.0, "ratio": 1.5, "low": 1.25, "high": 1.75}})"));
    EXPECT_EQ(results[1].at("ruleId"), "benchmark-failed");
    EXPECT_EQ(results[1].at("message").at("text"), "cpu/sort: wrong sum: 3 < 4");
}

TEST(Sarif, PointsAtTheLineThatTheProgramTells) {
    model::Comparison comparison = testing::comparison();
    comparison.verdicts[0].source = model::SourcePlace{"suites/cpu/my cases.cpp", 88};
    const Json results = run_of(comparison).at("results");
    EXPECT_EQ(results[0].at("locations")[0].at("physicalLocation"), Json::parse(R"({
        "artifactLocation": {"uri": "suites/cpu/my%20cases.cpp", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 88}})"));
    EXPECT_FALSE(results[1].at("locations")[0].contains("physicalLocation"));
}

TEST(UriPath, KeepsWhatAPathIsMadeOf) {
    EXPECT_EQ(uri_path("a/b-c_d.e~f"), "a/b-c_d.e~f");
    EXPECT_EQ(uri_path("50%:#\xc3\xa4"), "50%25%3A%23%C3%A4");
}

TEST(Sarif, AMissingBenchmarkIsAWarning) {
    model::Comparison comparison;
    comparison.verdicts.push_back(testing::verdict("cpu/old", model::VerdictKind::missing, {}));
    const Json results = run_of(comparison).at("results");
    ASSERT_EQ(results.size(), 1U);
    EXPECT_EQ(results[0].at("level"), "warning");
    EXPECT_EQ(results[0].at("ruleId"), "benchmark-missing");
}

TEST(Sarif, ARefusalAndAVoidRunAreResults) {
    model::Comparison comparison;
    comparison.baseline = "main";
    comparison.refusal = "other machine";
    comparison.void_reason = "controls moved";
    const Json results = run_of(comparison).at("results");
    ASSERT_EQ(results.size(), 2U);
    EXPECT_EQ(results[0].at("ruleId"), "not-comparable");
    EXPECT_EQ(results[0].at("message").at("text"), "other machine");
    EXPECT_EQ(results[1].at("ruleId"), "run-void");
}

TEST(Sarif, TheFingerprintStaysWhenTheNumbersChange) {
    model::Comparison before = testing::comparison();
    model::Comparison after = before;
    after.verdicts[0].effect = model::Effect{3, 2.5, 3.5};
    const Json one = run_of(before).at("results");
    const Json two = run_of(after).at("results");
    EXPECT_EQ(one[0].at("partialFingerprints"), two[0].at("partialFingerprints"));
    EXPECT_NE(one[0].at("partialFingerprints"), one[1].at("partialFingerprints"));
}

TEST(SarifMessage, EscapesWhatWouldBeAPlaceholderOrALink) {
    EXPECT_EQ(sarif_message("t[1]({a}) \\"), "t\\[1\\]({{a}}) \\\\");
}

}  // namespace
}  // namespace harness::report
