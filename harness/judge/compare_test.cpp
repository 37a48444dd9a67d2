#include "harness/judge/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/judge/exit_code.h"
#include "harness/judge/test_records.h"

namespace harness::judge {
namespace {

using model::Comparison;
using model::Role;
using model::RunRecord;
using model::VerdictKind;
using testing::add;
using testing::benchmark;
using ::testing::Contains;
using ::testing::HasSubstr;
using testing::record;
using testing::steady;

Comparison compared(const RunRecord& base, const RunRecord& head, std::span<const RunRecord> history = {},
                    CrossMachine cross_machine = CrossMachine::refuse) {
    return compare({"main", {&base, 1}, &head, history, cross_machine}, Rules{});
}

RunRecord one(const std::string& id, double middle) {
    auto run = record(id);
    add(run, benchmark("memory", "read"), steady(middle));
    return run;
}

TEST(Compare, ATrueDoublingIsRegressedEvenWithTheAssumedSessionSpread) {
    const auto comparison = compared(one("base", 100), one("head", 200));
    ASSERT_EQ(comparison.verdicts.size(), 1u);
    EXPECT_EQ(comparison.verdicts[0].kind, VerdictKind::regressed);
    EXPECT_NEAR(comparison.verdicts[0].effect->ratio, 2, 0.01);
    EXPECT_GT(comparison.verdicts[0].effect->low, 1.7);
    EXPECT_EQ(exit_code(comparison, OnInconclusive::pass), model::ExitCode::regression);
}

TEST(Compare, AHalvingIsImproved) {
    EXPECT_EQ(compared(one("base", 200), one("head", 100)).verdicts[0].kind, VerdictKind::improved);
}

TEST(Compare, SaysThatMoreRunsSharpenIt) {
    EXPECT_THAT(compared(one("base", 100), one("head", 100)).notes,
                Contains(HasSubstr("more runs sharpen it")));
}

TEST(Compare, WithASteadyHistorySeesASlowdownOfTenPercent) {
    std::vector<RunRecord> history;
    for (int i = 0; i < 6; ++i) history.push_back(one(fmt::format("run-{}", i), 100 + 0.1 * i));
    EXPECT_EQ(compared(history.back(), one("head", 110), history).verdicts[0].kind, VerdictKind::regressed);
    EXPECT_EQ(compared(history.back(), one("head", 100), history).verdicts[0].kind, VerdictKind::unchanged);
    EXPECT_THAT(compared(history.back(), one("head", 110), history).notes,
                Not(Contains(HasSubstr("more runs sharpen it"))));
}

TEST(Compare, NamesNewMissingAndFailedBenchmarks) {
    auto base = one("base", 100);
    add(base, benchmark("memory", "gone"), steady(5));
    add(base, benchmark("memory", "broken"), steady(5));
    auto head = one("head", 100);
    add(head, benchmark("memory", "added"), steady(5));
    add(head, benchmark("memory", "broken"), steady(5));
    head.processes.back().error = "wrong sum";
    const auto verdicts = compared(base, head).verdicts;
    ASSERT_EQ(verdicts.size(), 4u);
    EXPECT_EQ(verdicts[0].benchmark, "memory/added");
    EXPECT_EQ(verdicts[0].kind, VerdictKind::created);
    EXPECT_EQ(verdicts[1].benchmark, "memory/broken");
    EXPECT_EQ(verdicts[1].kind, VerdictKind::failed);
    EXPECT_EQ(verdicts[1].note, "wrong sum");
    EXPECT_EQ(verdicts[2].benchmark, "memory/gone");
    EXPECT_EQ(verdicts[2].kind, VerdictKind::missing);
    EXPECT_EQ(verdicts[2].base, 5);
    EXPECT_EQ(verdicts[3].benchmark, "memory/read");
}

TEST(Compare, MentionsASuiteThatWasNotRunOnce) {
    auto base = one("base", 100);
    add(base, benchmark("cpu", "fib"), steady(5));
    const auto comparison = compared(base, one("head", 100));
    EXPECT_EQ(comparison.verdicts.size(), 1u);
    EXPECT_THAT(comparison.notes, Contains("suite 'cpu' is in the baseline but was not part of this run"));
}

TEST(Compare, StartsANewSeriesWhenTheDefinitionChanged) {
    auto head = record("head");
    auto changed = benchmark("memory", "read");
    changed.definition_version = 2;
    add(head, changed, steady(200));
    const auto verdict = compared(one("base", 100), head).verdicts.at(0);
    EXPECT_EQ(verdict.kind, VerdictKind::created);
    EXPECT_EQ(verdict.note, "its definition changed from version 1 to 2: a new series");
}

TEST(Compare, DoesNotCompareValuesInDifferentUnits) {
    auto head = record("head");
    auto changed = benchmark("memory", "read");
    changed.metrics[0].unit = "us";
    add(head, changed, steady(200));
    const auto verdict = compared(one("base", 100), head).verdicts.at(0);
    EXPECT_EQ(verdict.kind, VerdictKind::created);
    EXPECT_EQ(verdict.note, "its unit was 'ns' in the baseline");
}

TEST(Compare, OnlyTheFirstMetricDecides) {
    auto read = benchmark("memory", "read");
    read.metrics.push_back({"bytes_per_second", "B/s", model::Direction::higher});
    auto base = record("base");
    auto head = record("head");
    add(base, read, steady(100));
    add(head, read, steady(100));
    for (const double value : steady(8)) testing::add_process(base, read, read.metrics[1], {value});
    for (const double value : steady(4)) testing::add_process(head, read, read.metrics[1], {value});
    const auto comparison = compared(base, head);
    ASSERT_EQ(comparison.verdicts.size(), 2u);
    EXPECT_EQ(comparison.verdicts[0].role, Role::deciding);
    EXPECT_EQ(comparison.verdicts[1].role, Role::shown);
    EXPECT_EQ(comparison.verdicts[1].kind, VerdictKind::regressed);
    EXPECT_EQ(exit_code(comparison, OnInconclusive::pass), model::ExitCode::ok);
}

TEST(Compare, ReferencesNeverDecide) {
    auto base = record("base");
    auto head = record("head");
    add(base, benchmark("memory", "raw", {"reference"}), steady(100));
    add(head, benchmark("memory", "raw", {"reference"}), steady(300));
    const auto comparison = compared(base, head);
    EXPECT_EQ(comparison.verdicts.at(0).role, Role::reference);
    EXPECT_EQ(comparison.verdicts.at(0).kind, VerdictKind::regressed);
    EXPECT_EQ(exit_code(comparison, OnInconclusive::pass), model::ExitCode::ok);
}

TEST(Compare, IsVoidWhenTheControlsThemselvesMoved) {
    auto base = one("base", 100);
    auto head = one("head", 200);
    for (int i = 0; i < 5; ++i) {
        add(base, benchmark("memory", fmt::format("raw/{}", i), {"reference"}), steady(10));
        add(head, benchmark("memory", fmt::format("raw/{}", i), {"reference"}), steady(18));
    }
    const auto comparison = compared(base, head);
    EXPECT_THAT(comparison.void_reason, HasSubstr("moved by 80 % or more"));
    EXPECT_EQ(exit_code(comparison, OnInconclusive::pass), model::ExitCode::run_void);
}

TEST(Compare, RefusesAnotherMachineUnlessAskedAndThenSaysSo) {
    auto head = one("head", 200);
    head.run.machine.cores = 64;
    const auto refused = compared(one("base", 100), head);
    EXPECT_THAT(refused.refusal, HasSubstr("--allow-cross-machine"));
    EXPECT_TRUE(refused.verdicts.empty());
    EXPECT_EQ(exit_code(refused, OnInconclusive::pass), model::ExitCode::not_comparable);

    const auto allowed = compared(one("base", 100), head, {}, CrossMachine::allow);
    EXPECT_EQ(allowed.refusal, "");
    EXPECT_TRUE(allowed.cross_machine);
    EXPECT_THAT(allowed.notes, Contains(HasSubstr("the machines differ")));
    EXPECT_EQ(allowed.verdicts.size(), 1u);
}

TEST(Compare, RefusesABaselineWithoutRuns) {
    const auto head = one("head", 100);
    EXPECT_EQ(compare({"main", {}, &head, {}, CrossMachine::refuse}, Rules{}).refusal,
              "baseline 'main' has no runs");
}

TEST(Compare, UsesTheThresholdOfTheRules) {
    const auto rules = parse_rules(
        R"({"rules": [{"benchmark": "memory/.*", "threshold": "100%", "reason": "a test"}]})", "x");
    const auto base = one("base", 100);
    const auto head = one("head", 200);
    const auto comparison = compare({"main", {&base, 1}, &head, {}, CrossMachine::refuse}, *rules);
    EXPECT_EQ(comparison.verdicts[0].threshold, 1);
    EXPECT_EQ(comparison.verdicts[0].kind, VerdictKind::inconclusive);
}

TEST(Compare, NamesTheOwnerOfWhatFails) {
    const auto rules = parse_rules(R"({"rules": [{"suite": "memory", "owner": "@mem"}]})", "x");
    const auto base = one("base", 100);
    const auto head = one("head", 200);
    const auto comparison = compare({"main", {&base, 1}, &head, {}, CrossMachine::refuse}, *rules);
    EXPECT_EQ(comparison.verdicts[0].owner, "@mem");
    EXPECT_THAT(comparison.verdicts[0].note, ::testing::EndsWith("owner: @mem"));
}

TEST(Compare, SaysThatBothSidesAreTheSameProgram) {
    EXPECT_THAT(compared(one("base", 100), one("head", 100)).notes,
                Contains(HasSubstr("the very same programs")));
}

TEST(Compare, CallsAShiftOfEverythingSystemic) {
    auto base = record("base");
    auto head = record("head", "program-2");
    for (int i = 0; i < 8; ++i) {
        add(base, benchmark("cpu", fmt::format("loop/{}", i)), steady(10));
        add(head, benchmark("cpu", fmt::format("loop/{}", i)), steady(15 + 0.1 * i));
    }
    const auto comparison = compared(base, head);
    EXPECT_THAT(comparison.notes,
                Contains(HasSubstr("systemic: all deciding benchmarks together are worse")));
    ASSERT_TRUE(comparison.overall.has_value());
    EXPECT_NEAR(comparison.overall->ratio, 1.535, 0.01);
}

TEST(Compare, TakesTheOverallMeanAsCostWhereHigherIsBetter) {
    auto base = record("base");
    auto head = record("head");
    for (int i = 0; i < 2; ++i) {
        auto rate = benchmark("cpu", fmt::format("rate/{}", i));
        rate.metrics = {{"instructions_per_second", "1/s", model::Direction::higher}};
        add(base, rate, steady(10));
        add(head, rate, steady(20));
    }
    EXPECT_NEAR(compared(base, head).overall->ratio, 0.5, 1e-9);
}

}  // namespace
}  // namespace harness::judge
