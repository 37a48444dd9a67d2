#include "harness/duel/bank.h"

#include <cmath>
#include <set>

#include <gmock/gmock.h>

namespace harness::duel {
namespace {

using model::Fate;
using model::PairEnding;
using model::Side;
using testing::ElementsAre;
using testing::SizeIs;

model::Slice slice(Side side, double cpu_ns, double wall_ns) {
    return {side, Fate::kept, 1000, std::llround(cpu_ns), std::llround(wall_ns), 40'000, 0, 0};
}

// A pair whose head takes e^value times as long, twice that by the clock on the wall.
model::Pair pair_of(double value, double slowdown = 1) {
    model::Pair pair;
    const double head = 2e7 * std::exp(value);
    pair.slices = {slice(Side::base, 2e7, 2e7), slice(Side::head, head, 2 * head)};
    pair.slowdown = slowdown;
    return pair;
}

model::Pair failed_pair() {
    model::Pair pair;
    pair.ending = PairEnding::failed;
    pair.error = "head crashed";
    return pair;
}

Contest contest_of(const std::string& case_id) {
    model::Case one;
    one.id = case_id;
    one.metrics = {{"time", "ns", model::Direction::lower}};
    const run::Job base{model::make_benchmark("fake", one), "/base/fake", "hash"};
    const run::Job head{base.benchmark, "/copy/fake", "hash"};
    return {base.benchmark, base, head, judge::RowState::measured, ""};
}

// Contests with made-up pairs: each benchmark's spread.
class BankTest : public testing::Test {
  protected:
    void add(const std::string& case_id, double spread) {
        contests_.push_back(contest_of(case_id));
        spreads_["fake/" + case_id] = spread;
    }

    Filled fill(judge::Bank& bank) {
        BankActs acts;
        acts.measure = [this](const Contest& contest, double slowdown, std::uint64_t) {
            const std::size_t number = order_.size();
            order_.emplace_back(contest.benchmark.id, slowdown);
            if (special_) {
                if (auto pair = special_(number, contest)) return *pair;
            }
            const double noise = std::sin(static_cast<double>(number) * 12.9898);
            return pair_of(std::log(slowdown) + spreads_[contest.benchmark.id] * noise, slowdown);
        };
        acts.keep = [this](const Contest&, const model::Pair&) {
            ++kept_;
            return Result<void>();
        };
        acts.can_slow_down = [this](const Contest& contest) { return contest.benchmark.id != rigid_; };
        acts.show = [](const BankPosition&) {};
        acts.elapsed = [this] { return std::chrono::seconds(order_.size()); };
        return fill_bank(bank, contests_, settings_, acts).value();
    }

    std::size_t measured(const std::string& benchmark, double slowdown = 1) const {
        return static_cast<std::size_t>(std::ranges::count(order_, std::pair(benchmark, slowdown)));
    }

    std::vector<Contest> contests_;
    std::map<std::string, double> spreads_;
    std::string rigid_;
    BankSettings settings_;
    std::function<std::optional<model::Pair>(std::size_t number, const Contest&)> special_;
    std::vector<std::pair<std::string, double>> order_;
    std::size_t kept_ = 0;
};

TEST_F(BankTest, EveryRoundHoldsEachBenchmarkOnce) {
    for (const char* name : {"a", "b", "c"}) add(name, 0.01);
    settings_.pairs = 4;
    judge::Bank bank = empty_bank(contests_);
    const Filled filled = fill(bank);
    EXPECT_EQ(filled.pairs, 12u);
    EXPECT_EQ(kept_, 12u);
    for (std::size_t round = 0; round < 4; ++round) {
        std::set<std::string> names;
        for (std::size_t i = 0; i < 3; ++i) names.insert(order_[3 * round + i].first);
        EXPECT_THAT(names, SizeIs(3));
    }
    for (const judge::BankedRow& row : bank.rows) EXPECT_EQ(judge::usable_pairs(row), 4u);
}

TEST_F(BankTest, QuietBenchmarksGetInjectedPairsAndLoudOnesDoNot) {
    add("quiet", 0.001);
    add("loud", 0.1);
    settings_.pairs = 20;
    settings_.slowdowns = {1.03, 1.05};
    judge::Bank bank = empty_bank(contests_);
    fill(bank);
    EXPECT_EQ(measured("fake/quiet", 1.03), 20u);
    EXPECT_EQ(measured("fake/quiet", 1.05), 20u);
    EXPECT_EQ(measured("fake/loud", 1.03), 0u);
    EXPECT_THAT(bank.injected, SizeIs(2));
    EXPECT_NEAR(bank.injected[0].pairs[0].value, std::log(bank.injected[0].slowdown), 0.002);
}

TEST_F(BankTest, NoMoreBenchmarksAreSlowedDownThanWanted) {
    for (const char* name : {"a", "b", "c", "d"}) add(name, 0.001);
    rigid_ = "fake/b";
    settings_.pairs = 3;
    settings_.slowdowns = {1.03};
    settings_.injected = 2;
    judge::Bank bank = empty_bank(contests_);
    EXPECT_EQ(fill(bank).pairs, 18u);
    EXPECT_THAT(bank.injected, SizeIs(2));
    EXPECT_EQ(measured("fake/b", 1.03), 0u);
}

TEST_F(BankTest, OnlyWhatTheBankLacksIsMeasured) {
    add("a", 0.001);
    settings_.pairs = 5;
    settings_.slowdowns = {1.03};
    judge::Bank bank = empty_bank(contests_);
    EXPECT_TRUE(lacks_pairs(bank, settings_));
    fill(bank);
    EXPECT_FALSE(lacks_pairs(bank, settings_));
    order_.clear();
    EXPECT_EQ(fill(bank).pairs, 0u);
    settings_.slowdowns = {1.03, 1.05};
    EXPECT_TRUE(lacks_pairs(bank, settings_));
    settings_.slowdowns = {1.03};
    settings_.pairs = 7;
    EXPECT_EQ(fill(bank).pairs, 4u);
}

TEST_F(BankTest, ABenchmarkThatKeepsFailingIsGivenUp) {
    add("a", 0.01);
    add("b", 0.01);
    settings_.pairs = 10;
    special_ = [](std::size_t, const Contest& contest) {
        return contest.benchmark.id == "fake/a" ? std::optional(failed_pair()) : std::nullopt;
    };
    judge::Bank bank = empty_bank(contests_);
    const Filled filled = fill(bank);
    EXPECT_EQ(measured("fake/a"), 2u);
    EXPECT_EQ(measured("fake/b"), 10u);
    EXPECT_EQ(filled.failed.at("fake/a"), "head crashed");
    EXPECT_EQ(kept_, 12u);
}

TEST_F(BankTest, DisturbedPairsLeaveAGapAndAreNotRepeatedForEver) {
    add("a", 0.01);
    settings_.pairs = 2;
    special_ = [](std::size_t, const Contest&) {
        model::Pair pair = pair_of(0);
        for (model::Slice& one : pair.slices) one.fate = Fate::disturbed;
        return std::optional(pair);
    };
    judge::Bank bank = empty_bank(contests_);
    EXPECT_EQ(fill(bank).pairs, 6u);
    EXPECT_EQ(judge::usable_pairs(bank.rows[0]), 0u);
}

TEST_F(BankTest, StopsAtTheBudgetAndAtAnInterrupt) {
    add("a", 0.01);
    settings_.pairs = 10;
    settings_.budget = std::chrono::seconds(3);
    judge::Bank bank = empty_bank(contests_);
    const Filled late = fill(bank);
    EXPECT_TRUE(late.out_of_time);
    EXPECT_EQ(late.pairs, 3u);
    settings_.budget = std::chrono::hours(1);
    special_ = [](std::size_t number, const Contest&) {
        model::Pair pair = pair_of(0);
        if (number == 5) pair.ending = PairEnding::interrupted;
        return std::optional(pair);
    };
    const Filled stopped = fill(bank);
    EXPECT_TRUE(stopped.interrupted);
    EXPECT_EQ(stopped.pairs, 2u);
}

store::StoredPair stored_pair(const std::string& benchmark, const model::Pair& pair) {
    store::StoredPair stored;
    stored.benchmark = benchmark;
    stored.base_build_id = stored.head_build_id = "build";
    stored.pair = pair;
    return stored;
}

TEST_F(BankTest, StoredPairsOfTheSameProgramsComeBackInTheirRounds) {
    add("a", 0.01);
    add("b", 0.01);
    judge::Bank bank = empty_bank(contests_);
    const std::vector<store::StoredPair> pairs{
        stored_pair("fake/b", pair_of(0.2)), stored_pair("fake/a", failed_pair()),
        stored_pair("fake/a", pair_of(0.1)), stored_pair("fake/a", pair_of(0.03, 1.03)),
        stored_pair("fake/gone", pair_of(0.1))};
    EXPECT_EQ(add_run(bank, contests_, pairs, {{"build", "hash"}}), 3u);
    ASSERT_THAT(bank.rows[0].rounds, SizeIs(2));
    EXPECT_FALSE(bank.rows[0].rounds[0].has_value());
    EXPECT_NEAR(bank.rows[0].rounds[1]->value, 0.1, 1e-6);
    EXPECT_NEAR(*bank.rows[0].rounds[1]->wall, 0.1 + std::log(2), 1e-6);
    EXPECT_NEAR(bank.rows[1].rounds[0]->value, 0.2, 1e-6);
    ASSERT_THAT(bank.injected, SizeIs(1));
    EXPECT_EQ(bank.injected[0].slowdown, 1.03);
    EXPECT_NEAR(bank.injected[0].pairs[0].value, 0.03, 1e-6);
}

TEST_F(BankTest, PairsOfOtherProgramsAreLeftOut) {
    add("a", 0.01);
    judge::Bank bank = empty_bank(contests_);
    const std::vector<store::StoredPair> pairs{stored_pair("fake/a", pair_of(0.1))};
    EXPECT_EQ(add_run(bank, contests_, pairs, {{"build", "other"}}), 0u);
    EXPECT_EQ(add_run(bank, contests_, pairs, {}), 0u);
    EXPECT_TRUE(bank.rows[0].rounds.empty());
}

TEST_F(BankTest, WallTimeIsTheValueOfWhatWaits) {
    Contest contest = contest_of("a");
    contest.benchmark.time_source = model::TimeSource::real;
    const auto banked = banked_pair(contest.benchmark, pair_of(0.1));
    EXPECT_NEAR(banked->value, 0.1 + std::log(2), 1e-6);
    EXPECT_FALSE(banked->wall.has_value());
    EXPECT_FALSE(banked_pair(contest.benchmark, failed_pair()).has_value());
}

}  // namespace
}  // namespace harness::duel
