#include "harness/judge/suspects.h"

#include <cmath>
#include <limits>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "harness/judge/test_pairs.h"
#include "harness/stats/signed_rank.h"

namespace harness::judge {
namespace {

using testing::around;
using testing::row;
using Rows = std::vector<PairedRow>;

const GateSettings kSettings;
constexpr std::size_t kAllLooks = 2;

Findings all_looks(const Rows& rows) { return look(rows, kSettings, kAllLooks); }

TEST(Screen, KeepsRowsThatMayBeWorse) {
    const Rows rows{row("cpu/a", 0, 0), row("cpu/b", 0.02, 0), row("cpu/c", -0.02, 0)};
    const auto findings = screen(rows, kSettings);
    EXPECT_FALSE(findings.rows[0].suspect);
    EXPECT_TRUE(findings.rows[1].suspect);
    EXPECT_FALSE(findings.rows[2].suspect);
    EXPECT_TRUE(findings.rows[0].settled);
    EXPECT_FALSE(findings.rows[1].settled);
}

TEST(Screen, TurnsMetricsOfWhichMoreIsBetter) {
    Rows rows{row("cpu/a", 0.02, 0), row("cpu/b", -0.02, 0)};
    for (PairedRow& entry : rows) entry.direction = model::Direction::higher;
    const auto findings = screen(rows, kSettings);
    EXPECT_FALSE(findings.rows[0].suspect);
    EXPECT_TRUE(findings.rows[1].suspect);
}

TEST(Screen, SuspectsNoRowThatDoesNotDecide) {
    Rows rows{row("cpu/a", 0.02, 0), row("cpu/b", 0.02, 0)};
    rows[0].role = model::Role::reference;
    rows[1].role = model::Role::shown;
    const auto findings = screen(rows, kSettings);
    EXPECT_FALSE(findings.rows[0].suspect);
    EXPECT_FALSE(findings.rows[1].suspect);
    EXPECT_NEAR(findings.rows[0].cost.value, 0.02, 1e-12);
}

TEST(Screen, KnowsNothingOfValuesWithoutALogarithm) {
    Rows rows{row("cpu/a", 0.02, 0)};
    rows[0].value.screening[3] = std::numeric_limits<double>::infinity();
    const auto findings = screen(rows, kSettings);
    EXPECT_FALSE(findings.rows[0].suspect);
    EXPECT_EQ(findings.rows[0].pairs, 0u);
}

TEST(Screen, NamesImprovementsBeyondTheMinimumEffect) {
    const Rows rows{row("cpu/a", -0.05, 0), row("cpu/b", -0.005, 0, 0.001), row("cpu/c", 0.05, 0)};
    const auto findings = screen(rows, kSettings);
    EXPECT_TRUE(findings.rows[0].improved);
    EXPECT_FALSE(findings.rows[1].improved);
    EXPECT_FALSE(findings.rows[2].improved);
}

TEST(Screen, CorrectsImprovementsForTheNumberOfRows) {
    // p = 2^-8 for eight pairs: alone it is named, as one of twenty it is not (20 / 256 > 5 %).
    Rows rows{row("cpu/a", 0, 0)};
    rows[0].value.screening = around(-0.05, 0.01, 8);
    EXPECT_TRUE(screen(rows, kSettings).rows[0].improved);
    for (int i = 0; i < 19; ++i) rows.push_back(row(fmt::format("cpu/{}", i), 0, 0));
    EXPECT_FALSE(screen(rows, kSettings).rows[0].improved);
}

TEST(Look, AlarmsForAWorseRow) {
    const auto findings = all_looks({row("cpu/a", 0.05, 0.05), row("cpu/b", 0, 0)});
    EXPECT_TRUE(findings.rows[0].value_alarm);
    EXPECT_NEAR(findings.rows[0].cost.value, 0.05, 0.003);
    EXPECT_GT(findings.rows[0].cost.low, std::log1p(0.01));
    EXPECT_FALSE(findings.rows[1].value_alarm);
}

TEST(Look, DecidesOnFreshPairsAlone) {
    const auto findings = all_looks({row("cpu/a", 0.5, 0)});
    EXPECT_TRUE(findings.rows[0].suspect);
    EXPECT_FALSE(findings.rows[0].value_alarm);
    EXPECT_NEAR(findings.rows[0].cost.value, 0, 0.003);
}

TEST(Look, AlarmsOnlyBeyondTheMinimumEffect) {
    Rows rows{row("cpu/a", 0.02, 0.02, 0.002)};
    EXPECT_TRUE(all_looks(rows).rows[0].value_alarm);
    rows[0].minimum_effect = 0.03;
    EXPECT_FALSE(all_looks(rows).rows[0].value_alarm);
}

TEST(Look, SharesTheFirstLooksAlphaAmongTheSuspects) {
    // Twelve pairs that agree have p = 1/4096: at most 0.001 / 4, but above 0.001 / 5. The other suspects'
    // fresh pairs show nothing.
    Rows rows{row("cpu/a", 0.05, 0.05)};
    for (int i = 0; i < 3; ++i) rows.push_back(row(fmt::format("cpu/{}", i), 0.05, 0));
    EXPECT_TRUE(look(rows, kSettings, 1).rows[0].value_alarm);
    rows.push_back(row("cpu/fifth", 0.05, 0));
    EXPECT_FALSE(look(rows, kSettings, 1).rows[0].value_alarm);
    EXPECT_TRUE(look(rows, kSettings, 2).rows[0].value_alarm);
}

TEST(Look, IsNotMovedByPairsBeyondTheOneThatAlarmed) {
    Rows rows{row("cpu/a", 0.05, 0.05, 0.01, 12)};
    const auto later = around(-0.5, 0.01, 12);
    rows[0].value.fresh.insert(rows[0].value.fresh.end(), later.begin(), later.end());
    const auto findings = all_looks(rows);
    EXPECT_TRUE(findings.rows[0].value_alarm);
    EXPECT_EQ(findings.rows[0].pairs, 12u);
}

TEST(Look, SettlesRowsThatAreSurelyBelowTheMinimumEffect) {
    const auto findings = look(Rows{row("cpu/a", 0.05, -0.01), row("cpu/b", 0.05, 0.02, 0.02)}, kSettings, 1);
    EXPECT_TRUE(findings.rows[0].settled);
    EXPECT_FALSE(findings.rows[0].value_alarm);
    EXPECT_FALSE(findings.rows[1].settled);
}

TEST(Look, KeepsTheShareOfSettledRowsThatDidNotAlarm) {
    // Four are settled at the first look; the fifth is still one of five at the second.
    Rows rows{row("cpu/a", 0.05, 0.02, 0.02)};
    for (int i = 0; i < 4; ++i) rows.push_back(row(fmt::format("cpu/{}", i), 0.05, -0.02));
    const auto findings = all_looks(rows);
    EXPECT_EQ(findings.hypotheses, 5u);
    EXPECT_EQ(findings.rows[0].cost, stats::centre(rows[0].value.fresh, 0.004 / 5, 0.005));
}

TEST(Look, GuardsWallTimeThatRoseWhileTheValueDidNot) {
    Rows rows{row("cpu/a", 0, 0), row("cpu/b", 0, 0)};
    rows[0].wall = PairValues{around(0.4, 0.05, 12), around(0.4, 0.05, 24)};
    rows[1].wall = PairValues{around(0.1, 0.05, 12), around(0.1, 0.05, 24)};
    const auto findings = all_looks(rows);
    EXPECT_TRUE(findings.rows[0].wall_alarm);
    EXPECT_FALSE(findings.rows[0].value_alarm);
    EXPECT_NEAR(findings.rows[0].wall.value, 0.4, 1e-2);
    EXPECT_FALSE(findings.rows[1].suspect);
}

TEST(Look, TestsTheWallTimeOfItsSuspectsAmongTheOthers) {
    Rows rows{row("cpu/a", 0.05, 0.05)};
    rows[0].wall = PairValues{around(0.4, 0.05, 12), around(0, 0.05, 24)};
    const auto findings = all_looks(rows);
    EXPECT_EQ(findings.hypotheses, 2u);
    EXPECT_TRUE(findings.rows[0].value_alarm);
    EXPECT_FALSE(findings.rows[0].wall_alarm);
}

TEST(Look, OfASuspectWithoutFreshPairsDecidesNothing) {
    Rows rows{row("cpu/a", 0.05, 0)};
    rows[0].value.fresh.clear();
    const auto findings = all_looks(rows);
    EXPECT_FALSE(findings.rows[0].value_alarm);
    EXPECT_FALSE(findings.rows[0].settled);
    EXPECT_EQ(findings.rows[0].pairs, 0u);
}

// Forty rows in these many groups, each worse by about `shift` with a spread of `spread`.
Rows shifted(double shift, double spread, int groups) {
    Rows rows;
    for (int i = 0; i < 40; ++i) {
        const double own = 0.0001 * i;
        rows.push_back(row(fmt::format("suite{}/{}", i % groups, i), shift + own, shift + own, spread));
    }
    return rows;
}

TEST(Look, FindsAShiftThatNoRowShowsByItself) {
    const auto findings = all_looks(shifted(0.02, 0.02, 4));
    EXPECT_TRUE(findings.systemic_suspect);
    EXPECT_TRUE(findings.systemic);
    EXPECT_NEAR(findings.systemic_cost.value, 0.02, 0.005);
    for (const RowFinding& finding : findings.rows) EXPECT_FALSE(finding.value_alarm);
}

TEST(Look, CallsNoShiftSystemicThatOneGroupHasAlone) {
    EXPECT_FALSE(all_looks(shifted(0.02, 0.02, 1)).systemic);
    Rows rows = shifted(0.02, 0.02, 4);
    for (PairedRow& entry : rows) {
        if (entry.group != "suite0") entry.value = row("any/other", 0, 0, 0.02).value;
    }
    EXPECT_FALSE(all_looks(rows).systemic);
}

TEST(Look, CallsNoShiftSystemicThatWasAccepted) {
    auto rows = shifted(0.02, 0.02, 4);
    for (PairedRow& row : rows) row.accepted = "another compiler";
    EXPECT_FALSE(all_looks(rows).systemic);
}

TEST(Look, CallsNoShiftSystemicWithinTheMinimumEffect) {
    EXPECT_FALSE(all_looks(shifted(0.004, 0.001, 4)).systemic);
}

}  // namespace
}  // namespace harness::judge
