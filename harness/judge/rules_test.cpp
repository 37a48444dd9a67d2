#include "harness/judge/rules.h"

#include <gtest/gtest.h>

namespace harness::judge {
namespace {

model::Benchmark benchmark(std::string suite, std::string id) {
    model::Benchmark result;
    result.id = suite + "/" + id;
    result.suite = std::move(suite);
    return result;
}

std::string error_of(std::string_view json) {
    const auto rules = parse_rules(json, "thresholds.json");
    return rules ? "" : rules.error().message;
}

TEST(ParseThreshold, ReadsPercentAndFraction) {
    EXPECT_DOUBLE_EQ(*parse_threshold("5%"), 0.05);
    EXPECT_DOUBLE_EQ(*parse_threshold("0.05"), 0.05);
    EXPECT_DOUBLE_EQ(*parse_threshold("2.5%"), 0.025);
    EXPECT_DOUBLE_EQ(*parse_threshold("100%"), 1);
}

TEST(ParseThreshold, RefusesWhatIsAmbiguousOrNoFraction) {
    for (const char* text : {"5", "", "%", "0", "-5%", "five", "5 %", "101%", "nan", "5%%", "inf"}) {
        EXPECT_FALSE(parse_threshold(text).has_value()) << text;
    }
    EXPECT_EQ(parse_threshold("5").error().message,
              "threshold '5' must be above 0 and at most 100%, as '5%' or '0.05'");
}

TEST(Rules, WithoutAFileTheThresholdIsFivePercent) {
    EXPECT_EQ(threshold_for(Rules{}, benchmark("cpu", "fib"), "time"), 0.05);
}

TEST(Rules, TheLastMatchingRuleCounts) {
    const auto rules = parse_rules(R"({"default": "4%", "rules": [
        {"suite": "cpu", "threshold": "10%", "reason": "a"},
        {"benchmark": "cpu/fp/.*", "metric": "time", "threshold": "20%", "reason": "b"}]})",
                                   "thresholds.json");
    ASSERT_TRUE(rules.has_value()) << rules.error().message;
    EXPECT_DOUBLE_EQ(threshold_for(*rules, benchmark("memory", "read"), "time"), 0.04);
    EXPECT_DOUBLE_EQ(threshold_for(*rules, benchmark("cpu", "fib"), "time"), 0.1);
    EXPECT_DOUBLE_EQ(threshold_for(*rules, benchmark("cpu", "fp/add"), "time"), 0.2);
    EXPECT_DOUBLE_EQ(threshold_for(*rules, benchmark("cpu", "fp/add"), "speed"), 0.1);
}

TEST(Rules, ExpressionsMatchWholeNames) {
    const auto rules =
        parse_rules(R"({"rules": [{"suite": "cpu", "threshold": "10%", "reason": "a"}]})", "thresholds.json");
    EXPECT_DOUBLE_EQ(threshold_for(*rules, benchmark("cpu_jit", "fib"), "time"), 0.05);
}

TEST(Rules, RefuseToOverrideTheDirection) {
    EXPECT_EQ(
        error_of(R"({"rules": [{"suite": "a", "direction": "higher", "threshold": "1%", "reason": "b"}]})"),
        "thresholds.json: rules[0]: 'direction' cannot be overridden: the suite says which values are "
        "better");
}

TEST(Rules, RefuseMisspeltMembers) {
    EXPECT_EQ(error_of(R"({"defualt": "5%"})"),
              "thresholds.json: unknown member 'defualt' (known: default, rules)");
    EXPECT_EQ(error_of(R"({"rules": [{"sute": "a", "threshold": "1%", "reason": "b"}]})"),
              "thresholds.json: rules[0]: unknown member 'sute' (known: suite, benchmark, metric, threshold, "
              "reason)");
}

TEST(Rules, NeedAReasonAThresholdAndAName) {
    EXPECT_EQ(error_of(R"({"rules": [{"suite": "a", "threshold": "1%"}]})"),
              "thresholds.json: rules[0]: 'reason' is missing");
    EXPECT_EQ(error_of(R"({"rules": [{"suite": "a", "reason": "b"}]})"),
              "thresholds.json: rules[0]: 'threshold' is missing");
    EXPECT_EQ(error_of(R"({"rules": [{"threshold": "1%", "reason": "b"}]})"),
              "thresholds.json: rules[0]: names no 'suite', 'benchmark' or 'metric': set 'default' instead");
}

TEST(Rules, RefuseABrokenExpression) {
    EXPECT_EQ(error_of(R"({"rules": [{"suite": "a(", "threshold": "1%", "reason": "b"}]})"),
              "thresholds.json: rules[0]: 'suite' is not a regular expression: 'a('");
}

TEST(RulesHash, ChangesWithTheRulesAndTheDefault) {
    Rules loose;
    loose.default_threshold = 0.1;
    EXPECT_NE(rules_hash(loose), rules_hash(Rules{}));
    EXPECT_EQ(rules_hash(Rules{}), rules_hash(Rules{}));
}

}  // namespace
}  // namespace harness::judge
