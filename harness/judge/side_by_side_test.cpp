#include "harness/judge/side_by_side.h"

#include <cmath>
#include <limits>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/judge/exit_code.h"
#include "harness/judge/test_pairs.h"

namespace harness::judge {
namespace {

using model::Comparison;
using model::ExitCode;
using model::Role;
using model::Verdict;
using model::VerdictKind;
using testing::around;
using ::testing::HasSubstr;
using testing::row;
using ::testing::StartsWith;
using Rows = std::vector<PairedRow>;

const GateSettings kSettings;

Comparison judged(const Rows& rows) { return judge_side_by_side(rows, RunHealth{}, kSettings); }

Verdict only(const PairedRow& row) { return judged({row}).verdicts.at(0); }

PairedRow unmeasured(std::string benchmark, RowState state, std::string note = "") {
    PairedRow entry = row(std::move(benchmark), 0, 0);
    entry.value = {};
    entry.state = state;
    entry.note = std::move(note);
    return entry;
}

TEST(NextStep, ScreensEveryMeasuredRowFirst) {
    Rows rows{row("cpu/a", 0.05, 0), row("cpu/b", 0, 0), unmeasured("cpu/c", RowState::missing)};
    rows[0].value = {};
    rows[1].value = {around(0, 0.01, 11), {}};
    EXPECT_EQ(next_step(rows, kSettings), (Step{Step::Pairs::screening, 12, {0, 1}}));
}

TEST(NextStep, ScreensRowsThatDoNotDecideToo) {
    Rows rows{row("cpu/native", 0, 0)};
    rows[0].role = Role::reference;
    rows[0].value = {};
    EXPECT_EQ(next_step(rows, kSettings), (Step{Step::Pairs::screening, 12, {0}}));
}

TEST(NextStep, AsksForFreshPairsOfTheSuspectsAlone) {
    Rows rows{row("cpu/a", 0.05, 0), row("cpu/b", 0, 0), row("cpu/c", 0.05, 0)};
    for (PairedRow& entry : rows) entry.value.fresh.clear();
    EXPECT_EQ(next_step(rows, kSettings), (Step{Step::Pairs::fresh, 12, {0, 2}}));
}

TEST(NextStep, WaitsWithALookUntilAllSuspectsHaveTheirPairs) {
    Rows rows{row("cpu/a", 0.05, 0.05, 0.01, 12), row("cpu/b", 0.05, 0)};
    rows[1].value.fresh.clear();
    EXPECT_EQ(next_step(rows, kSettings), (Step{Step::Pairs::fresh, 12, {1}}));
}

TEST(NextStep, AsksForMoreOnlyWhereTheFirstLookLeftADoubt) {
    const Rows rows{row("cpu/alarms", 0.05, 0.05, 0.01, 12), row("cpu/harmless", 0.05, -0.02, 0.01, 12),
                    row("cpu/doubtful", 0.05, 0.02, 0.02, 12)};
    EXPECT_EQ(next_step(rows, kSettings), (Step{Step::Pairs::fresh, 24, {2}}));
}

TEST(NextStep, IsNoneOnceEverythingIsDecided) {
    EXPECT_EQ(next_step(Rows{row("cpu/a", 0.05, 0.02, 0.02, 24), row("cpu/b", 0, 0)}, kSettings), Step{});
    EXPECT_EQ(next_step(Rows{unmeasured("cpu/c", RowState::failed)}, kSettings), Step{});
    EXPECT_EQ(next_step(Rows{}, kSettings), Step{});
}

TEST(NextStep, DoesNotWaitForExhaustedRows) {
    Rows rows{row("cpu/a", 0.05, 0.02, 0.02, 5)};
    rows[0].exhausted = true;
    EXPECT_EQ(next_step(rows, kSettings), Step{});
    rows[0].value = {};
    EXPECT_EQ(next_step(rows, kSettings), Step{});
}

TEST(SideBySide, GivesTheSameVerdictsHoweverFarAheadWasMeasured) {
    const Rows all{row("cpu/a", 0.05, 0.05), row("cpu/b", 0.05, -0.01), row("cpu/c", 0.05, 0.02, 0.02),
                   row("cpu/d", 0, 0.5), row("cpu/e", -0.05, 0)};
    Rows loop = all;
    for (PairedRow& entry : loop) entry.value = {};
    std::vector<std::size_t> wanted;
    for (Step step = next_step(loop, kSettings); step != Step{}; step = next_step(loop, kSettings)) {
        wanted.push_back(step.rows.size());
        for (const std::size_t i : step.rows) {
            const bool screening = step.pairs == Step::Pairs::screening;
            const auto& source = screening ? all[i].value.screening : all[i].value.fresh;
            auto& target = screening ? loop[i].value.screening : loop[i].value.fresh;
            target.assign(source.begin(), source.begin() + static_cast<std::ptrdiff_t>(step.wanted));
        }
    }
    EXPECT_EQ(wanted, (std::vector<std::size_t>{5, 3, 1}));
    EXPECT_EQ(judged(loop), judged(all));
}

TEST(SideBySide, CallsARowRegressedWhoseIntervalLiesAboveTheMinimumEffect) {
    const Verdict verdict = only(row("cpu/a", 0.03, 0.03, 0.005));
    EXPECT_EQ(verdict.kind, VerdictKind::regressed);
    ASSERT_TRUE(verdict.effect.has_value());
    EXPECT_NEAR(verdict.effect->ratio, 1.03, 0.002);
    EXPECT_GT(verdict.effect->low, 1.01);
    EXPECT_EQ(verdict.n_base, 12u);
    EXPECT_EQ(verdict.n_head, 12u);
    EXPECT_EQ(verdict.note, "");
}

TEST(SideBySide, CallsARowUnchangedWhoseIntervalLiesBelowTheThreshold) {
    const Verdict verdict = only(row("cpu/a", 0, 0));
    EXPECT_EQ(verdict.kind, VerdictKind::unchanged);
    ASSERT_TRUE(verdict.effect.has_value());
    EXPECT_LT(verdict.effect->high, 1.05);
    EXPECT_EQ(verdict.n_head, 12u);
}

TEST(SideBySide, SaysWhereARowsCaseIsWritten) {
    PairedRow entry = row("cpu/a", 0, 0);
    EXPECT_EQ(only(entry).source, std::nullopt);
    entry.source = model::SourcePlace{"suites/cpu/cases.cpp", 88};
    EXPECT_EQ(only(entry).source, entry.source);
}

TEST(SideBySide, CallsARowImprovedThatIs) {
    const Verdict verdict = only(row("cpu/a", -0.05, 0));
    EXPECT_EQ(verdict.kind, VerdictKind::improved);
    EXPECT_EQ(verdict.note, "");
}

TEST(SideBySide, TurnsMetricsOfWhichMoreIsBetter) {
    PairedRow entry = row("cpu/a", -0.05, -0.05);
    entry.direction = model::Direction::higher;
    const Verdict verdict = only(entry);
    EXPECT_EQ(verdict.kind, VerdictKind::regressed);
    EXPECT_NEAR(verdict.effect->ratio, 0.951, 0.003);
    EXPECT_LT(verdict.effect->low, verdict.effect->ratio);
    EXPECT_LT(verdict.effect->high, 1 / 1.01);
}

TEST(SideBySide, SaysWhatAnInconclusiveRowWouldHaveSeen) {
    const Verdict verdict = only(row("cpu/a", 0, 0, 0.08));
    EXPECT_EQ(verdict.kind, VerdictKind::inconclusive);
    // 1 % and about (2.7 + 1.3) / sqrt(24) spreads of 9 to 10 %: the middle half of even values is wide.
    EXPECT_THAT(verdict.note, StartsWith("a change below "));
    EXPECT_THAT(verdict.note, HasSubstr("(pairs differ by "));
    EXPECT_TRUE(verdict.effect.has_value());
}

TEST(SideBySide, SaysHowManyPairsAreMissing) {
    PairedRow few = row("cpu/a", 0, 0);
    few.value.screening.resize(5);
    EXPECT_EQ(only(few).kind, VerdictKind::inconclusive);
    EXPECT_EQ(only(few).note, "5 of 12 pairs were measured");
    EXPECT_FALSE(only(few).effect.has_value());
    const Verdict unconfirmed = only(row("cpu/a", 0.02, 0, 0.01, 0));
    EXPECT_EQ(unconfirmed.kind, VerdictKind::inconclusive);
    EXPECT_EQ(unconfirmed.note, "0 of 24 fresh pairs were measured");
}

TEST(SideBySide, DoesNotJudgeValuesWithoutARatio) {
    PairedRow entry = row("cpu/a", 0, 0);
    entry.value.screening[0] = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(only(entry).kind, VerdictKind::inconclusive);
    EXPECT_EQ(only(entry).note, "values that are not positive have no ratio");
}

TEST(SideBySide, GuardsWallTime) {
    PairedRow entry = row("cpu/a", 0, 0);
    entry.wall = PairValues{around(0.4, 0.05, 12), around(0.4, 0.05, 24)};
    const Verdict verdict = only(entry);
    EXPECT_EQ(verdict.kind, VerdictKind::regressed);
    EXPECT_EQ(
        verdict.note,
        "wall time rose by 48 %, its guard is 25 %: it may sleep, wait or have moved work to other threads");
}

TEST(SideBySide, FlagsASuspiciousImprovement) {
    const Verdict verdict = only(row("cpu/a", -0.7, 0));
    EXPECT_EQ(verdict.kind, VerdictKind::improved);
    EXPECT_EQ(verdict.note,
              "suspicious: better by more than 40 %, check that the benchmark still does its work");
    EXPECT_EQ(only(row("cpu/a", -0.45, 0)).note, "");
}

TEST(SideBySide, TellsRowsByTheirState) {
    const auto kind = [](RowState state) { return only(unmeasured("cpu/a", state)).kind; };
    EXPECT_EQ(kind(RowState::created), VerdictKind::created);
    EXPECT_EQ(kind(RowState::missing), VerdictKind::missing);
    EXPECT_EQ(kind(RowState::failed), VerdictKind::failed);
    EXPECT_EQ(kind(RowState::not_comparable), VerdictKind::not_comparable);
    EXPECT_EQ(only(unmeasured("cpu/a", RowState::failed, "wrong sum")).note, "wrong sum");
}

TEST(SideBySide, FailsOnlyForWhatWasNotAccepted) {
    Rows rows{row("cpu/a", 0.05, 0.05), unmeasured("cpu/b", RowState::missing),
              unmeasured("cpu/c", RowState::not_comparable)};
    EXPECT_EQ(exit_code(judged(rows), OnInconclusive::pass), ExitCode::not_comparable);
    rows[2].accepted = "counts pages now";
    EXPECT_EQ(exit_code(judged(rows), OnInconclusive::pass), ExitCode::regression);
    rows[1].accepted = "split in two";
    EXPECT_EQ(exit_code(judged(rows), OnInconclusive::pass), ExitCode::regression);
    rows[0].accepted = "checks bounds now";
    const Comparison comparison = judged(rows);
    EXPECT_EQ(exit_code(comparison, OnInconclusive::pass), ExitCode::ok);
    EXPECT_EQ(comparison.verdicts[0].kind, VerdictKind::regressed);
    EXPECT_EQ(comparison.verdicts[0].note, "accepted: checks bounds now");
}

TEST(SideBySide, ShowsRowsThatDoNotDecideWithoutFailing) {
    Rows rows{row("cpu/a", 0.05, 0), row("cpu/a", 0, 0), row("cpu/a", 0.05, 0)};
    rows[0].role = Role::shown;
    rows[0].metric = "instructions";
    rows[2].role = Role::reference;
    rows[2].benchmark = "cpu/native";
    const Comparison comparison = judged(rows);
    EXPECT_EQ(exit_code(comparison, OnInconclusive::fail), ExitCode::ok);
    EXPECT_EQ(comparison.verdicts[0].role, Role::deciding);
    EXPECT_EQ(comparison.verdicts[1].kind, VerdictKind::regressed);
    EXPECT_EQ(comparison.verdicts[2].kind, VerdictKind::regressed);
    ASSERT_EQ(comparison.notes.size(), 1u);
    EXPECT_THAT(comparison.notes[0], StartsWith("1 of the reference rows"));
}

TEST(SideBySide, GivesEachGroupAGeometricMean) {
    const Comparison comparison =
        judged({row("cpu/a", 0.00, 0), row("cpu/b", -0.02, 0), row("memory/a", -0.05, 0),
                row("memory/b", -0.05, 0), row("memory/c", -0.05, 0), row("alone/a", 0, 0)});
    ASSERT_EQ(comparison.groups.size(), 2u);
    EXPECT_EQ(comparison.groups[0].group, "cpu");
    EXPECT_EQ(comparison.groups[0].rows, 2u);
    EXPECT_NEAR(comparison.groups[0].effect.ratio, std::exp(-0.01), 1e-9);
    EXPECT_LT(comparison.groups[0].effect.low, comparison.groups[0].effect.ratio);
    EXPECT_NEAR(comparison.groups[1].effect.high, std::exp(-0.05), 1e-9);
    ASSERT_TRUE(comparison.overall.has_value());
    EXPECT_NEAR(comparison.overall->ratio, std::exp(-0.17 / 6), 1e-9);
}

TEST(SideBySide, FailsForAShiftCommonToUnrelatedRows) {
    Rows rows;
    for (int i = 0; i < 40; ++i) rows.push_back(row(fmt::format("suite{}/{}", i % 4, i), 0.02, 0.02, 0.02));
    for (int i = 0; i < 40; ++i) {
        for (double& value : rows[static_cast<std::size_t>(i)].value.fresh) value += 0.0001 * i;
    }
    const Comparison comparison = judged(rows);
    EXPECT_EQ(count(comparison, VerdictKind::regressed), 0u);
    EXPECT_THAT(comparison.systemic, StartsWith("systemic: 40 unrelated benchmarks are worse together"));
    EXPECT_THAT(comparison.notes, ::testing::Contains(comparison.systemic));
    EXPECT_EQ(exit_code(comparison, OnInconclusive::pass), ExitCode::regression);
}

// A further metric of a benchmark, gated by a rule.
PairedRow memory(std::string benchmark, double screening, double fresh) {
    PairedRow entry = row(std::move(benchmark), screening, fresh);
    entry.metric = "rss";
    entry.primary = false;
    return entry;
}

TEST(SideBySide, FailsByAnotherMetricThatDecides) {
    const Comparison comparison = judged({row("cpu/a", 0, 0), memory("cpu/a", 0.2, 0.2)});
    EXPECT_EQ(comparison.verdicts[0].kind, VerdictKind::unchanged);
    EXPECT_EQ(comparison.verdicts[1].kind, VerdictKind::regressed);
    EXPECT_EQ(comparison.verdicts[1].metric, "rss");
    EXPECT_EQ(exit_code(comparison, OnInconclusive::pass), ExitCode::regression);
    EXPECT_THAT(comparison.notes, ::testing::Contains(StartsWith("1 of 1 benchmarks were suspects")));
}

TEST(SideBySide, MeansAreOverTimesAlone) {
    const Comparison comparison = judged({row("cpu/a", 0, 0), row("cpu/b", 0, 0), memory("cpu/a", 0.2, 0.2)});
    EXPECT_EQ(comparison.groups.at(0).rows, 2u);
    EXPECT_NEAR(comparison.overall->ratio, 1, 1e-9);
}

PairedRow code_size(double change) {
    PairedRow entry = row("cpu", 0, 0);
    entry.value = {};
    entry.metric = "size";
    entry.primary = false;
    entry.exact = std::log(change);
    return entry;
}

TEST(SideBySide, ComparesAnExactRowWithItsThreshold) {
    EXPECT_EQ(only(code_size(1.049)).kind, VerdictKind::unchanged);
    EXPECT_EQ(only(code_size(0.94)).kind, VerdictKind::improved);
    const Verdict larger = only(code_size(1.06));
    EXPECT_EQ(larger.kind, VerdictKind::regressed);
    EXPECT_NEAR(larger.effect->low, 1.06, 1e-12);
    EXPECT_EQ(larger.effect->low, larger.effect->high);
}

TEST(SideBySide, AsksForNoPairsOfAnExactRow) {
    EXPECT_EQ(next_step(Rows{code_size(1.5)}, kSettings), Step{});
}

TEST(SideBySide, NamesTheOwnerOfARowThatFails) {
    PairedRow slower = row("cpu/a", 0.1, 0.1);
    slower.owner = "@cpu";
    EXPECT_EQ(only(slower).owner, "@cpu");
    EXPECT_EQ(only(slower).note, "owner: @cpu");
    slower.accepted = "meant";
    EXPECT_EQ(only(slower).note, "accepted: meant");
}

TEST(SideBySide, IsVoidWhenTheRunWasSick) {
    RunHealth health;
    health.controls = {{"cpu/a", around(0.05, 0.01, 24)}};
    const Rows rows{row("cpu/a", 0.05, 0.05)};
    const Comparison comparison = judge_side_by_side(rows, health, kSettings);
    EXPECT_EQ(comparison.void_reason, "the base differs from itself by +5.1 % in 'cpu/a'");
    EXPECT_EQ(exit_code(comparison, OnInconclusive::pass), ExitCode::run_void);
}

TEST(SideBySide, NotesBadConditionsWhereTheyShallNotMakeItVoid) {
    RunHealth health;
    health.stolen_seconds = 2;
    health.watched_seconds = 10;
    const Rows rows{row("cpu/a", 0.05, 0.05)};
    EXPECT_EQ(exit_code(judge_side_by_side(rows, health, kSettings), OnInconclusive::pass),
              ExitCode::run_void);
    GateSettings lenient = kSettings;
    lenient.bad_conditions = BadConditions::are_noted;
    const Comparison comparison = judge_side_by_side(rows, health, lenient);
    EXPECT_EQ(comparison.void_reason, "");
    EXPECT_EQ(comparison.notes.back(), "bad conditions: the hypervisor stole 20 % of the time (limit 10 %)");
    EXPECT_EQ(exit_code(comparison, OnInconclusive::pass), ExitCode::regression);
}

TEST(SideBySide, OfNothingIsEmpty) {
    const Comparison comparison = judged({});
    EXPECT_TRUE(comparison.verdicts.empty());
    EXPECT_EQ(comparison.method, model::Method::side_by_side);
    EXPECT_EQ(exit_code(comparison, OnInconclusive::fail), ExitCode::ok);
}

}  // namespace
}  // namespace harness::judge
