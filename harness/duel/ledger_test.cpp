#include "harness/duel/ledger.h"

#include <gmock/gmock.h>

namespace harness::duel {
namespace {

using judge::RowState;
using model::Fate;
using model::Side;
using store::Stage;
using testing::ElementsAre;
using testing::IsEmpty;

LedgerRow row_named(const std::string& benchmark) {
    LedgerRow entry;
    entry.row.benchmark = benchmark;
    entry.row.wall.emplace();
    return entry;
}

model::Slice slice(Side side, std::int64_t cpu_ns, std::int64_t wall_ns) {
    return {side, Fate::kept, 1000, cpu_ns, wall_ns, 0, 0, 0};
}

// Head takes as much processor time, but twice as long.
model::Pair waiting_pair() {
    model::Pair pair;
    pair.slices = {slice(Side::base, 10'000, 10'000), slice(Side::head, 10'000, 20'000)};
    return pair;
}

model::Pair failed_pair() {
    model::Pair pair;
    pair.ending = model::PairEnding::failed;
    pair.error = "head: it crashed";
    return pair;
}

TEST(Ledger, KeepsProcessorTimeAndWallTimeApart) {
    const std::vector<LedgerRow> rows = {row_named("s/a")};
    Ledger ledger(rows);
    ledger.note(0, Stage::fresh, waiting_pair());
    EXPECT_THAT(ledger.rows()[0].value.fresh, ElementsAre(0));
    EXPECT_THAT(ledger.rows()[0].wall->fresh, ElementsAre(testing::DoubleNear(0.693, 0.001)));
    EXPECT_THAT(ledger.rows()[0].value.screening, IsEmpty());
    EXPECT_EQ(ledger.values(0, Stage::fresh), 1U);
}

TEST(Ledger, ShowsTheTimeThatDecides) {
    std::vector<LedgerRow> rows = {row_named("s/a")};
    rows[0].time = stats::SliceTime::wall;
    Ledger ledger(rows);
    ledger.note(0, Stage::screening, waiting_pair());
    ledger.show_times();
    EXPECT_EQ(ledger.rows()[0].base, 10);
    EXPECT_EQ(ledger.rows()[0].head, 20);
}

TEST(Ledger, CallsARowFailedWhenItsPairsFailTwiceRunning) {
    const std::vector<LedgerRow> rows = {row_named("s/a")};
    Ledger ledger(rows);
    ledger.note(0, Stage::screening, failed_pair());
    ledger.note(0, Stage::screening, waiting_pair());
    ledger.note(0, Stage::screening, failed_pair());
    EXPECT_EQ(ledger.rows()[0].state, RowState::measured);
    ledger.note(0, Stage::screening, failed_pair());
    EXPECT_EQ(ledger.rows()[0].state, RowState::failed);
    EXPECT_EQ(ledger.rows()[0].note, "head: it crashed");
}

TEST(Ledger, KeepsControlsAwayFromTheRows) {
    std::vector<LedgerRow> rows = {row_named("s/a"), row_named("s/b")};
    rows[1].control = true;
    Ledger ledger(rows);
    ledger.note(1, Stage::control, waiting_pair());
    EXPECT_THAT(ledger.rows()[1].value.screening, IsEmpty());
    EXPECT_THAT(ledger.health().controls[0].values, ElementsAre(0));
    EXPECT_EQ(ledger.values(1, Stage::control), 1U);
    ledger.note(1, Stage::control, failed_pair());
    EXPECT_TRUE(ledger.control_works(1));
    ledger.note(1, Stage::control, failed_pair());
    EXPECT_FALSE(ledger.control_works(1));
}

TEST(Ledger, AddsUpWhatDisturbedTheRun) {
    const std::vector<LedgerRow> rows = {row_named("s/a")};
    Ledger ledger(rows);
    model::Pair pair = waiting_pair();
    pair.slices[0].fate = Fate::disturbed;
    pair.slices[1].fate = Fate::partner;
    pair.slices[1].involuntary_switches = 3;
    pair.steal_ns = 200'000'000;
    pair.duration_ns = 2'000'000'000;
    ledger.note(0, Stage::screening, pair);
    EXPECT_EQ(ledger.health().base.dropped, 1U);
    EXPECT_EQ(ledger.health().head.dropped, 0U);
    EXPECT_DOUBLE_EQ(ledger.health().stolen_seconds, 0.2);
    EXPECT_DOUBLE_EQ(ledger.health().watched_seconds, 2);
    EXPECT_DOUBLE_EQ(ledger.health().interruptions, 3);
    EXPECT_DOUBLE_EQ(ledger.health().sliced_seconds, 30'000 / 1e9);
}

TEST(Ledger, KnowsTheSpreadOfSixPairsOrMore) {
    std::vector<store::StoredPair> pairs(5);
    for (store::StoredPair& stored : pairs) stored.pair = waiting_pair();
    EXPECT_EQ(spread_of(pairs), std::nullopt);
    pairs.push_back(pairs.front());
    EXPECT_EQ(spread_of(pairs), 0.0);
}

// A time and a further metric of one benchmark, behind the time of another one.
std::vector<LedgerRow> with_metric(const std::string& metric) {
    std::vector<LedgerRow> rows = {row_named("s/a"), row_named("s/b"), row_named("s/b")};
    rows[2].row.metric = metric;
    rows[2].row.primary = false;
    rows[2].row.wall.reset();
    return rows;
}

TEST(Ledger, FillsFurtherRowsOfABenchmarkByTheSamePairs) {
    const auto rows = with_metric("rss");
    Ledger ledger(rows);
    model::Pair pair = waiting_pair();
    pair.base.max_rss_bytes = 1000;
    pair.head.max_rss_bytes = 2000;
    ledger.note(1, Stage::fresh, pair);
    EXPECT_EQ(ledger.leader(2), 1U);
    EXPECT_THAT(ledger.rows()[2].value.fresh, ElementsAre(testing::DoubleNear(0.693, 0.001)));
    EXPECT_THAT(ledger.rows()[1].value.fresh, ElementsAre(0));
    EXPECT_THAT(ledger.rows()[0].value.fresh, IsEmpty());
    EXPECT_EQ(ledger.pairs(), 1U);
    ledger.show_times();
    EXPECT_EQ(ledger.rows()[2].base, 1000);
    EXPECT_EQ(ledger.rows()[2].head, 2000);
}

TEST(Ledger, ReadsOtherMetricsFromTheCounters) {
    const auto rows = with_metric("hits");
    Ledger ledger(rows);
    model::Pair pair = waiting_pair();
    pair.base.counters["hits"] = 0;
    pair.head.counters["hits"] = 0;
    ledger.note(1, Stage::screening, pair);
    EXPECT_THAT(ledger.rows()[2].value.screening, ElementsAre(0));
}

TEST(Ledger, FailsARowWhoseMetricNobodyReports) {
    const auto rows = with_metric("hits");
    Ledger ledger(rows);
    model::Pair pair = waiting_pair();
    pair.base.counters["hits"] = 3;
    ledger.note(1, Stage::screening, pair);
    EXPECT_EQ(ledger.rows()[2].state, RowState::failed);
    EXPECT_EQ(ledger.rows()[2].note, "head's process does not report 'hits'");
    EXPECT_EQ(ledger.rows()[1].state, RowState::measured);
}

TEST(Ledger, GivesAllRowsOfABenchmarkTheSameFate) {
    auto rows = with_metric("rss");
    rows[1].row.accepted = "meant";
    Ledger ledger(rows);
    model::Pair pair = waiting_pair();
    pair.ending = model::PairEnding::not_comparable;
    pair.error = "other work";
    ledger.note(1, Stage::screening, pair);
    EXPECT_EQ(ledger.rows()[2].state, RowState::not_comparable);
    EXPECT_EQ(ledger.rows()[2].note, "other work");
    EXPECT_EQ(ledger.rows()[2].accepted, "meant");
    EXPECT_EQ(ledger.rows()[0].state, RowState::measured);
    ledger.exhaust(1);
    EXPECT_TRUE(ledger.rows()[2].exhausted);
    EXPECT_FALSE(ledger.rows()[0].exhausted);
}

TEST(Ledger, LeavesExactRowsAlone) {
    auto rows = with_metric("size");
    rows[2].row.exact = 0.1;
    Ledger ledger(rows);
    ledger.note(1, Stage::screening, waiting_pair());
    EXPECT_EQ(ledger.leader(2), 2U);
    EXPECT_THAT(ledger.rows()[2].value.screening, IsEmpty());
}

TEST(Ledger, LearnsNothingFromAnInterruptedPair) {
    const std::vector<LedgerRow> rows = {row_named("s/a")};
    Ledger ledger(rows);
    model::Pair pair = waiting_pair();
    pair.ending = model::PairEnding::interrupted;
    ledger.note(0, Stage::screening, pair);
    EXPECT_EQ(ledger.pairs(), 0U);
}

}  // namespace
}  // namespace harness::duel
