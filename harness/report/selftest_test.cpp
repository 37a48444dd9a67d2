#include "harness/report/selftest.h"

#include <cmath>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace harness::report {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

judge::RowFigures row(const std::string& benchmark, double spread) {
    judge::RowFigures figures;
    figures.benchmark = benchmark;
    figures.pairs = 60;
    figures.spread = spread;
    figures.quiet = spread <= 0.015;
    return figures;
}

SelfTestReport example() {
    SelfTestReport report;
    report.figures.rows = {row("hash/loud", std::log(1.024)), row("hash/quiet", 0.004)};
    report.figures.pairs = 120;
    report.figures.fewest = 60;
    report.figures.deciding = 2;
    report.figures.quiet = 1;
    report.figures.swapped.alarms = judge::rate(1, 2000);
    report.figures.swapped.rows["hash/loud"] = 1;
    report.figures.as_measured.alarms = judge::rate(0, 2000);
    judge::PowerFigures power;
    power.slowdown = 1.03;
    power.benchmarks = 1;
    power.found = judge::rate(1990, 2000);
    power.rows["hash/quiet"] = power.found;
    report.figures.power = {power};
    report.conclusion = {judge::Standing::blind, {"1 of 2 benchmarks are quiet"}};
    report.machine_class = "cpu-2c";
    report.seed = 7;
    report.quiet_spread = 0.015;
    return report;
}

TEST(SelfTestReport, EndsInATerminalWithTheVerdict) {
    const std::string text = self_test(example(), "terminal").value();
    EXPECT_THAT(text, EndsWith("\nself-test: sees too little: 1 of 2 benchmarks are quiet\n"));
    EXPECT_THAT(text, HasSubstr("120 pairs of equal sides, 2 benchmarks that decide with 60 or more each, on "
                                "cpu-2c, seed 7\n"));
    EXPECT_THAT(text, HasSubstr("1 of 2000 gates with swapped labels alarm"));
    EXPECT_THAT(text, HasSubstr("at most 0.24 %"));
    EXPECT_THAT(text, HasSubstr("[at most 1.00 %]"));
    EXPECT_THAT(text, HasSubstr("3 % slower in one of 1 quiet benchmarks: found in 1990 of 2000 gates"));
    EXPECT_THAT(text, HasSubstr("[at least 85 %]"));
}

TEST(SelfTestReport, ListsLoudBenchmarksOnly) {
    const std::string text = self_test(example(), "terminal").value();
    EXPECT_THAT(text, HasSubstr("  hash/loud    2.4 %    60  loud\n"));
    EXPECT_THAT(text, Not(HasSubstr("  hash/quiet  ")));
    EXPECT_THAT(text, HasSubstr("hash/loud alarmed in 1 gates with swapped labels"));
    EXPECT_THAT(text, HasSubstr("hash/quiet slowed by 3 % was missed in 10 of 2000 gates"));
}

TEST(SelfTestReport, SaysWhenNothingIsWrong) {
    SelfTestReport report = example();
    report.conclusion = {judge::Standing::holds, {}};
    EXPECT_THAT(self_test(report, "terminal").value(), EndsWith("\nself-test: holds\n"));
}

TEST(SelfTestReport, ShowsRealGatesWhereThereWereAny) {
    SelfTestReport report = example();
    EXPECT_THAT(self_test(report, "terminal").value(), Not(HasSubstr("real gates")));
    report.live = {10, 0, 1, {"gate 3 was void: steal"}};
    const std::string text = self_test(report, "terminal").value();
    EXPECT_THAT(text, HasSubstr("0 of 10 real gates alarm, 1 are void"));
    EXPECT_THAT(text, HasSubstr("live: gate 3 was void: steal"));
}

TEST(SelfTestReport, IsATableInMarkdown) {
    const std::string text = self_test(example(), "markdown").value();
    EXPECT_THAT(text, HasSubstr("# Self-test\n\n**self-test: sees too little"));
    EXPECT_THAT(
        text, HasSubstr("| 0 of 2000 gates as measured alarm | 0.00 % | at most 0.15 % | at most 1.00 % |"));
    EXPECT_THAT(text, HasSubstr("| `hash/loud` | 2.4 % | 60 | loud |"));
}

TEST(SelfTestReport, HasEveryFigureInJson) {
    const auto json = nlohmann::json::parse(self_test(example(), "json").value());
    EXPECT_EQ(json["schema"], "vmbench.selftest/1");
    EXPECT_EQ(json["standing"], "sees too little");
    EXPECT_EQ(json["swapped"]["alarms"]["hits"], 1);
    EXPECT_EQ(json["power"][0]["benchmarks"]["hash/quiet"]["of"], 2000);
    EXPECT_EQ(json["rows"].size(), 2u);
}

TEST(SelfTestReport, AnUnknownFormatIsAnError) {
    EXPECT_EQ(self_test(example(), "xml").error().message,
              "unknown format 'xml': terminal, markdown or json");
}

}  // namespace
}  // namespace harness::report
