#include "harness/judge/rules.h"

#include <gtest/gtest.h>

namespace harness::judge {
namespace {

model::Benchmark plain_benchmark(std::string suite, std::string id) {
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
    EXPECT_EQ(threshold_for(Rules{}, plain_benchmark("cpu", "fib"), "time"), 0.05);
}

TEST(Rules, TheLastMatchingRuleCounts) {
    const auto rules = parse_rules(R"({"default": "4%", "rules": [
        {"suite": "cpu", "threshold": "10%", "reason": "a"},
        {"benchmark": "cpu/fp/.*", "metric": "time", "threshold": "20%", "reason": "b"}]})",
                                   "thresholds.json");
    ASSERT_TRUE(rules.has_value()) << rules.error().message;
    EXPECT_DOUBLE_EQ(threshold_for(*rules, plain_benchmark("memory", "read"), "time"), 0.04);
    EXPECT_DOUBLE_EQ(threshold_for(*rules, plain_benchmark("cpu", "fib"), "time"), 0.1);
    EXPECT_DOUBLE_EQ(threshold_for(*rules, plain_benchmark("cpu", "fp/add"), "time"), 0.2);
    EXPECT_DOUBLE_EQ(threshold_for(*rules, plain_benchmark("cpu", "fp/add"), "speed"), 0.1);
}

TEST(Rules, ExpressionsMatchWholeNames) {
    const auto rules =
        parse_rules(R"({"rules": [{"suite": "cpu", "threshold": "10%", "reason": "a"}]})", "thresholds.json");
    EXPECT_DOUBLE_EQ(threshold_for(*rules, plain_benchmark("cpu_jit", "fib"), "time"), 0.05);
}

TEST(Rules, RefuseToOverrideAKnownDirection) {
    constexpr const char* kMessage =
        "thresholds.json: rules[0]: 'direction' cannot be set here: it is known which values are better";
    EXPECT_EQ(
        error_of(R"({"rules": [{"suite": "a", "direction": "higher", "threshold": "1%", "reason": "b"}]})"),
        kMessage);
    EXPECT_EQ(error_of(R"({"rules": [{"metrics": ["rss"], "direction": "higher", "reason": "b"}]})"),
              kMessage);
}

TEST(Rules, RefuseMisspeltMembers) {
    EXPECT_EQ(error_of(R"({"defualt": "5%"})"),
              "thresholds.json: unknown member 'defualt' (known: default, rules)");
    EXPECT_EQ(error_of(R"({"rules": [{"sute": "a", "threshold": "1%", "reason": "b"}]})"),
              "thresholds.json: rules[0]: unknown member 'sute' (known: suite, benchmark, metric, metrics, "
              "direction, threshold, min_effect, owner, reason)");
}

TEST(Rules, NeedANameSomethingToSetAndAReason) {
    EXPECT_EQ(error_of(R"({"rules": [{"suite": "a", "threshold": "1%"}]})"),
              "thresholds.json: rules[0]: 'reason' is missing");
    EXPECT_EQ(error_of(R"({"rules": [{"suite": "a", "min_effect": "1%"}]})"),
              "thresholds.json: rules[0]: 'reason' is missing");
    EXPECT_EQ(error_of(R"({"rules": [{"metrics": ["rss"]}]})"),
              "thresholds.json: rules[0]: 'reason' is missing");
    EXPECT_EQ(error_of(R"({"rules": [{"suite": "a", "reason": "b"}]})"),
              "thresholds.json: rules[0]: sets nothing: give 'threshold', 'min_effect', 'metrics' or "
              "'owner'");
    EXPECT_EQ(error_of(R"({"rules": [{"threshold": "1%", "reason": "b"}]})"),
              "thresholds.json: rules[0]: names no 'suite', 'benchmark', 'metric' or 'metrics': set "
              "'default' instead");
}

TEST(Rules, NameTheMemberThatIsNoShare) {
    EXPECT_EQ(error_of(R"({"rules": [{"suite": "a", "owner": "b"},
                                      {"suite": "a", "min_effect": "3", "reason": "b"}]})"),
              "thresholds.json: rules[1]: 'min_effect': threshold '3' must be above 0 and at most 100%, as "
              "'5%' or '0.05'");
    EXPECT_EQ(error_of(R"({"rules": [{"suite": "a", "threshold": 3, "reason": "b"}]})"),
              "thresholds.json: rules[0]: 'threshold' must be text");
}

TEST(Rules, RefuseAMinimumEffectAboveTheThreshold) {
    EXPECT_EQ(
        error_of(R"({"rules": [{"suite": "a", "min_effect": "6%", "threshold": "5%", "reason": "b"}]})"),
        "thresholds.json: rules[0]: 'min_effect' is above 'threshold': what lies between could never be "
        "decided");
}

TEST(Rules, RefuseMetricsThatMeanNothing) {
    EXPECT_EQ(error_of(R"({"rules": [{"suite": "a", "metrics": [], "reason": "b"}]})"),
              "thresholds.json: rules[0]: 'metrics' must name at least one");
    EXPECT_EQ(error_of(R"({"rules": [{"metrics": ["time"], "reason": "b"}]})"),
              "thresholds.json: rules[0]: 'metrics' holds 'time', which always decides");
    EXPECT_EQ(error_of(R"({"rules": [{"benchmark": "a/b", "metrics": ["size"], "reason": "b"}]})"),
              "thresholds.json: rules[0]: 'metrics' holds 'size', which is a suite's: name a 'suite', no "
              "'benchmark'");
    EXPECT_EQ(error_of(R"({"rules": [{"metric": "rss", "metrics": ["rss"], "reason": "b"}]})"),
              "thresholds.json: rules[0]: 'metric' and 'metrics' cannot both be given");
}

TEST(Rules, RefuseABrokenExpression) {
    EXPECT_EQ(error_of(R"({"rules": [{"suite": "a(", "threshold": "1%", "reason": "b"}]})"),
              "thresholds.json: rules[0]: 'suite' is not a regular expression: 'a('");
}

TEST(PolicyFor, TakesEachMemberFromTheLastRuleThatSetsIt) {
    const auto rules = parse_rules(R"({"rules": [
        {"suite": "cpu", "threshold": "10%", "owner": "@cpu", "reason": "a"},
        {"benchmark": "cpu/fp/.*", "min_effect": "3%", "reason": "b"},
        {"benchmark": "cpu/fp/add", "owner": "@fp"}]})",
                                   "thresholds.json");
    ASSERT_TRUE(rules.has_value()) << rules.error().message;
    EXPECT_EQ(policy_for(*rules, plain_benchmark("cpu", "fp/add"), "time"), (Policy{0.1, 0.03, "@fp"}));
    EXPECT_EQ(policy_for(*rules, plain_benchmark("cpu", "fp/mul"), "time"), (Policy{0.1, 0.03, "@cpu"}));
    EXPECT_EQ(policy_for(*rules, plain_benchmark("memory", "read"), "time"), Policy{});
}

TEST(PolicyFor, ARuleWithMetricsIsAboutThemAlone) {
    const auto rules = parse_rules(
        R"({"rules": [{"suite": "cpu", "metrics": ["rss"], "threshold": "20%", "reason": "a"}]})", "f");
    EXPECT_DOUBLE_EQ(policy_for(*rules, plain_benchmark("cpu", "fib"), "rss").threshold, 0.2);
    EXPECT_DOUBLE_EQ(policy_for(*rules, plain_benchmark("cpu", "fib"), "time").threshold, 0.05);
}

model::Benchmark with_counters() {
    model::Benchmark result = plain_benchmark("cpu", "fib");
    result.metrics = {{"time", "ns", model::Direction::lower}, {"hits", "1", model::Direction::higher}};
    return result;
}

std::string gate_error(std::string_view json) {
    const auto gated = gated_metrics(parse_rules(json, "f").value(), with_counters());
    return gated ? "" : gated.error().message;
}

TEST(GatedMetrics, AreThoseOfTheRulesThatMatch) {
    const auto rules = parse_rules(R"({"rules": [
        {"suite": "cpu", "metrics": ["rss", "size", "hits"], "reason": "a"},
        {"suite": "cpu", "metrics": ["rss"], "threshold": "20%", "reason": "b"},
        {"suite": "memory", "metrics": ["misses"], "reason": "c"},
        {"suite": "cpu", "metrics": ["faults"], "direction": "lower", "reason": "d"}]})",
                                   "f");
    EXPECT_EQ(gated_metrics(*rules, with_counters()).value(),
              (std::vector<model::Metric>{{"rss", "B", model::Direction::lower},
                                          {"hits", "1", model::Direction::higher},
                                          {"faults", "", model::Direction::lower}}));
    EXPECT_TRUE(gated_metrics(Rules{}, with_counters()).value().empty());
}

TEST(GatedMetrics, NeedADirectionThatNobodyElseKnows) {
    EXPECT_EQ(gate_error(R"({"rules": [{"metrics": ["faults"], "reason": "a"}]})"),
              "f: rules[0]: 'cpu/fib' does not describe the metric 'faults': give its 'direction'");
}

TEST(GatedMetrics, KeepTheSuitesDirection) {
    EXPECT_EQ(gate_error(R"({"rules": [{"metrics": ["hits"], "direction": "lower", "reason": "a"}]})"),
              "f: rules[0]: 'direction' cannot be overridden: of 'hits' in 'cpu/fib', higher values are "
              "better");
    EXPECT_EQ(gate_error(R"({"rules": [{"metrics": ["hits"], "direction": "higher", "reason": "a"}]})"), "");
}

TEST(GatesSize, WhereARuleOfTheSuiteNamesIt) {
    const auto rules = parse_rules(
        R"({"rules": [{"suite": "cpu", "metrics": ["size"], "threshold": "2%", "reason": "a"}]})", "f");
    EXPECT_TRUE(gates_size(*rules, "cpu"));
    EXPECT_FALSE(gates_size(*rules, "memory"));
    EXPECT_DOUBLE_EQ(policy_for(*rules, suite_program("cpu"), "size").threshold, 0.02);
}

TEST(RulesHash, ChangesWithTheRulesAndTheDefault) {
    Rules loose;
    loose.default_threshold = 0.1;
    EXPECT_NE(rules_hash(loose), rules_hash(Rules{}));
    EXPECT_EQ(rules_hash(Rules{}), rules_hash(Rules{}));
}

}  // namespace
}  // namespace harness::judge
