#include "harness/duel/fight.h"

#include <cmath>
#include <map>

#include <gmock/gmock.h>

namespace harness::duel {
namespace {

using judge::RowState;
using model::Fate;
using model::PairEnding;
using model::Side;
using store::Stage;
using testing::Each;
using testing::SizeIs;

model::Slice slice(Side side, std::int64_t ns) { return {side, Fate::kept, 1000, ns, ns, 40'000, 0, 0}; }

// A pair whose head takes e^value times as long.
model::Pair pair_of(double value) {
    model::Pair pair;
    const auto head = std::llround(2e7 * std::exp(value));
    pair.slices = {slice(Side::base, 20'000'000), slice(Side::head, head), slice(Side::head, head),
                   slice(Side::base, 20'000'000)};
    pair.clock_resolution_ns = 1;
    pair.duration_ns = 100'000'000;
    pair.steal_ns = 0;
    return pair;
}

model::Pair failed_pair(const std::string& error) {
    model::Pair pair;
    pair.ending = PairEnding::failed;
    pair.failed_side = Side::head;
    pair.error = error;
    return pair;
}

// Contests whose pairs are made up: `changes` says by how much (as a logarithm) each differs.
class DuelTest : public testing::Test {
  protected:
    void add(const std::string& case_id, double change) {
        model::Case one;
        one.id = case_id;
        one.metrics = {{"time", "ns", model::Direction::lower}};
        const run::Job job{model::make_benchmark("fake", one), "/suites/fake", "hash"};
        contests_.push_back({job.benchmark, job, job, RowState::measured, ""});
        changes_["fake/" + case_id] = change;
    }

    Result<Duel> fight() {
        DuelActs acts;
        acts.measure = [this](const Contest& contest, Stage stage, std::uint64_t) {
            ++measured_[{contest.benchmark.id, stage}];
            order_.push_back(contest.benchmark.id);
            if (special_) {
                if (const auto pair = special_(contest, stage)) return *pair;
            }
            // Spreads by some thousandths and never repeats.
            const double noise = 0.002 * std::sin(static_cast<double>(order_.size()) * 12.9898);
            return pair_of(noise + (stage == Stage::control ? 0 : changes_[contest.benchmark.id]));
        };
        acts.keep = [this](const Contest&, Stage, const model::Pair&) {
            ++kept_;
            return keep_result_;
        };
        acts.show = [](const DuelPosition&) {};
        acts.elapsed = [this] { return std::chrono::seconds(order_.size()); };
        std::vector<LedgerRow> rows;
        for (const Contest& contest : contests_) rows.push_back(row_of(contest, 0.05, 0.01));
        rows.insert(rows.end(), further_.begin(), further_.end());
        choose_controls(rows, controls_, settings_.seed);
        return duel::fight(contests_, rows, settings_, acts);
    }

    int measured(const std::string& id, Stage stage) { return measured_[{id, stage}]; }

    std::vector<Contest> contests_;
    std::map<std::string, double> changes_;
    DuelSettings settings_;
    std::size_t controls_ = 3;
    std::vector<LedgerRow> further_;  // of other metrics
    std::function<std::optional<model::Pair>(const Contest&, Stage)> special_;
    Result<void> keep_result_;
    std::map<std::pair<std::string, Stage>, int> measured_;
    std::vector<std::string> order_;
    std::size_t kept_ = 0;
};

TEST_F(DuelTest, ScreensEveryRowAndControlsAndStopsWhereNothingChanged) {
    add("a", 0);
    add("b", 0);
    controls_ = 1;
    const Duel duel = fight().value();
    const int screened = measured("fake/a", Stage::screening);
    EXPECT_EQ(screened, static_cast<int>(settings_.gate.screening_pairs));
    EXPECT_EQ(measured("fake/b", Stage::screening), screened);
    ASSERT_THAT(duel.health.controls, SizeIs(1));
    EXPECT_THAT(duel.health.controls[0].values, SizeIs(settings_.gate.screening_pairs));
    EXPECT_EQ(kept_, duel.pairs);
    EXPECT_EQ(kept_, order_.size());
}

TEST_F(DuelTest, ConfirmsWhatLooksSlowerOnFreshPairs) {
    add("steady", 0);
    add("slower", 0.1);
    const Duel duel = fight().value();
    EXPECT_GE(measured("fake/slower", Stage::fresh), 12);
    const model::Comparison judged = judge::judge_side_by_side(duel.rows, duel.health, settings_.gate);
    EXPECT_EQ(judged.void_reason, "");
    EXPECT_EQ(judged.verdicts[0].benchmark, "fake/slower");
    EXPECT_EQ(judged.verdicts[0].kind, model::VerdictKind::regressed);
    EXPECT_NEAR(judged.verdicts[0].effect->ratio, std::exp(0.1), 0.01);
    EXPECT_EQ(judged.verdicts[1].kind, model::VerdictKind::unchanged);
}

TEST_F(DuelTest, ConfirmsAnotherMetricOnPairsOfItsBenchmark) {
    add("a", 0);
    add("b", 0);
    LedgerRow memory;
    memory.row.benchmark = "fake/b";
    memory.row.metric = "rss";
    memory.row.primary = false;
    further_ = {memory};
    special_ = [this](const Contest&, Stage stage) {
        model::Pair pair = pair_of(0.002 * std::sin(static_cast<double>(order_.size()) * 12.9898));
        pair.base.max_rss_bytes = 1'000'000;
        pair.head.max_rss_bytes = stage == Stage::control ? 1'000'000 : 1'200'000;
        return std::optional(pair);
    };
    const Duel duel = fight().value();
    EXPECT_EQ(measured("fake/a", Stage::fresh), 0);
    EXPECT_GE(measured("fake/b", Stage::fresh), 12);
    EXPECT_THAT(duel.health.controls, SizeIs(2)) << "one for each benchmark";
    const model::Comparison judged = judge::judge_side_by_side(duel.rows, duel.health, settings_.gate);
    EXPECT_EQ(judged.void_reason, "");
    ASSERT_THAT(judged.verdicts, SizeIs(3));
    EXPECT_EQ(judged.verdicts[1].metric, "time");
    EXPECT_EQ(judged.verdicts[1].kind, model::VerdictKind::unchanged);
    EXPECT_EQ(judged.verdicts[2].metric, "rss");
    EXPECT_EQ(judged.verdicts[2].kind, model::VerdictKind::regressed);
    EXPECT_NEAR(judged.verdicts[2].effect->ratio, 1.2, 1e-9);
}

TEST_F(DuelTest, TakesRowsInRoundsOfRandomOrder) {
    for (const char* name : {"a", "b", "c", "d", "e"}) add(name, 0);
    controls_ = 0;
    ASSERT_TRUE(fight().has_value());
    const std::vector<std::string> first(order_.begin(), order_.begin() + 5);
    const std::vector<std::string> second(order_.begin() + 5, order_.begin() + 10);
    EXPECT_THAT(first, testing::UnorderedElementsAreArray(second));
    const std::vector<std::string> before = order_;
    order_.clear();
    ASSERT_TRUE(fight().has_value());
    EXPECT_EQ(order_, before) << "the seed is the same";
}

TEST_F(DuelTest, GivesUpARowThatFailsTwiceRunning) {
    add("good", 0);
    add("bad", 0);
    controls_ = 0;
    special_ = [](const Contest& contest, Stage) -> std::optional<model::Pair> {
        if (contest.benchmark.case_id != "bad") return std::nullopt;
        return failed_pair("head: fake: killed by signal 11");
    };
    const Duel duel = fight().value();
    EXPECT_EQ(measured("fake/bad", Stage::screening), 2);
    EXPECT_EQ(duel.rows[1].state, RowState::failed);
    EXPECT_EQ(duel.rows[1].note, "head: fake: killed by signal 11");
    EXPECT_EQ(duel.rows[0].value.screening.size(), settings_.gate.screening_pairs);
}

TEST_F(DuelTest, GivesUpARowWhosePairsAreAllDisturbed) {
    add("noisy", 0);
    controls_ = 0;
    special_ = [](const Contest&, Stage) {
        model::Pair pair = pair_of(0);
        for (model::Slice& one : pair.slices) one.fate = Fate::disturbed;
        return std::optional(pair);
    };
    const Duel duel = fight().value();
    EXPECT_TRUE(duel.rows[0].exhausted);
    EXPECT_EQ(order_.size(), 3 * settings_.gate.screening_pairs);
}

TEST_F(DuelTest, DoesNotCompareWhatIsNotComparable) {
    add("other", 0);
    controls_ = 0;
    special_ = [](const Contest&, Stage) {
        model::Pair pair;
        pair.ending = PairEnding::not_comparable;
        pair.error = "definition 1 in base, 2 in head";
        return std::optional(pair);
    };
    const Duel duel = fight().value();
    EXPECT_EQ(duel.rows[0].state, RowState::not_comparable);
    EXPECT_EQ(order_.size(), 1U);
}

TEST_F(DuelTest, BeginsNoPairAfterItsTime) {
    add("a", 0.1);
    controls_ = 0;
    settings_.budget = std::chrono::seconds(5);
    const Duel duel = fight().value();
    EXPECT_TRUE(duel.out_of_time);
    EXPECT_EQ(order_.size(), 5U);
    EXPECT_THAT(duel.rows, Each(testing::Field(&judge::PairedRow::exhausted, true)));
}

TEST_F(DuelTest, StopsAtAnInterrupt) {
    add("a", 0);
    controls_ = 0;
    special_ = [this](const Contest&, Stage) {
        model::Pair pair = pair_of(0);
        if (order_.size() == 3) pair.ending = PairEnding::interrupted;
        return std::optional(pair);
    };
    const Duel duel = fight().value();
    EXPECT_TRUE(duel.interrupted);
    EXPECT_EQ(duel.pairs, 2U);
}

TEST_F(DuelTest, EndsWhenAPairCannotBeStored) {
    add("a", 0);
    keep_result_ = fail("disk full");
    EXPECT_EQ(fight().error().message, "disk full");
    EXPECT_EQ(order_.size(), 1U);
}

}  // namespace
}  // namespace harness::duel
