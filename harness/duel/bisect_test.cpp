#include "harness/duel/bisect.h"

#include <cmath>
#include <set>
#include <utility>

#include <gmock/gmock.h>

namespace harness::duel {
namespace {

using model::Fate;
using model::PairEnding;
using model::Side;
using testing::ElementsAre;
using testing::SizeIs;

constexpr double kStep = 0.1;

model::Slice slice(Side side, std::int64_t cpu_ns, std::int64_t wall_ns) {
    return {side, Fate::kept, 1000, cpu_ns, wall_ns, 40'000, 0, 0};
}

// A pair whose head takes e^value times the processor time.
model::Pair pair_of(double value) {
    model::Pair pair;
    const auto head = std::llround(2e7 * std::exp(value));
    pair.slices = {slice(Side::base, 20'000'000, 30'000'000), slice(Side::head, head, 30'000'000)};
    return pair;
}

model::Pair ended(PairEnding ending, const std::string& error) {
    model::Pair pair;
    pair.ending = ending;
    pair.error = error;
    return pair;
}

// Searches of made-up commits: those from first_bad_ on take a tenth more time. `special_` may answer
// instead.
class BisectTest : public testing::Test {
  protected:
    Result<Bisected> bisect(std::size_t commits) {
        BisectActs acts;
        acts.open = [this](std::size_t commit) -> Result<Contest> {
            opened_.push_back(commit);
            if (broken_.contains(commit)) return fail("building {} failed", commit);
            Contest contest;
            contest.note = std::to_string(commit);
            contest.state =
                differs_.contains(commit) ? judge::RowState::not_comparable : judge::RowState::measured;
            return contest;
        };
        acts.measure = [this](const Contest& contest, std::uint64_t seed) {
            const auto commit = static_cast<std::size_t>(std::stoul(contest.note));
            seeds_.push_back(seed);
            if (special_) {
                if (const auto pair = special_(commit)) return *pair;
            }
            // Spreads by some thousandths and never repeats.
            const double noise = 0.004 * std::sin(static_cast<double>(seeds_.size()) * 12.9898);
            return pair_of(noise + (commit < first_bad_ ? 0 : kStep));
        };
        acts.keep = [this](std::size_t, const Contest&, const model::Pair&) {
            ++kept_;
            return keep_result_;
        };
        acts.show = [](const BisectPosition&) {};
        acts.skipped = [this](const TriedCommit& tried) { skipped_.push_back(tried.skipped); };
        acts.interrupted = [this] { return interrupted_; };
        acts.elapsed = [this] { return std::chrono::seconds(seeds_.size()); };
        return duel::bisect(commits, settings_, acts);
    }

    BisectSettings settings_{{kStep, 0.001, 0.004}, stats::SliceTime::cpu, 1, std::chrono::hours(1)};
    std::size_t first_bad_ = 0;
    std::set<std::size_t> broken_;
    std::set<std::size_t> differs_;
    std::function<std::optional<model::Pair>(std::size_t commit)> special_;
    Result<void> keep_result_;
    bool interrupted_ = false;

    std::vector<std::size_t> opened_;
    std::vector<std::uint64_t> seeds_;
    std::vector<std::string> skipped_;
    std::size_t kept_ = 0;
};

TEST_F(BisectTest, FindsTheFirstBadCommitWhereverItIs) {
    for (first_bad_ = 0; first_bad_ < 16; ++first_bad_) {
        const Bisected result = bisect(16).value();
        EXPECT_EQ(result.ending, BisectEnding::found);
        EXPECT_EQ(result.suspects.first, first_bad_);
        EXPECT_EQ(result.suspects.last, first_bad_);
        EXPECT_GE(result.suspects.probability, 0.95);
        EXPECT_GE(result.posterior[first_bad_], 0.95);
    }
}

TEST_F(BisectTest, OpensFewCommitsAndEachOfThemOnce) {
    first_bad_ = 37;
    const Bisected result = bisect(64).value();
    EXPECT_LE(opened_.size(), 7U);
    EXPECT_EQ(std::set(opened_.begin(), opened_.end()).size(), opened_.size());
    ASSERT_THAT(result.tried, SizeIs(opened_.size()));
    EXPECT_EQ(result.tried[0].commit, 31U);
    EXPECT_THAT(result.tried[0].values, SizeIs(6));
    EXPECT_NEAR(result.tried[0].values[0], 0, 0.005);
    EXPECT_EQ(result.pairs, kept_);
}

TEST_F(BisectTest, TheParentOfTheBadCommitNeedsNoMeasuring) {
    const Bisected result = bisect(1).value();
    EXPECT_EQ(result.ending, BisectEnding::found);
    EXPECT_EQ(result.suspects, (stats::Suspects{0, 0, 1}));
    EXPECT_EQ(kept_, 0U);
}

TEST_F(BisectTest, SkipsWhatCannotBeBuiltOrCompared) {
    first_bad_ = 12;
    broken_ = {7};
    differs_ = {6, 8, 9};
    const Bisected result = bisect(16).value();
    EXPECT_EQ(result.suspects.first, 12U);
    EXPECT_EQ(result.suspects.last, 12U);
    EXPECT_EQ(skipped_[0], "building 7 failed");
    EXPECT_EQ(result.tried[0].skipped, "building 7 failed");
}

TEST_F(BisectTest, BrokenCommitsBeforeTheFirstBadOneAreSuspectsWithIt) {
    first_bad_ = 9;
    broken_ = {7, 8};
    const Bisected result = bisect(16).value();
    EXPECT_EQ(result.ending, BisectEnding::found);
    EXPECT_EQ(result.suspects.first, 7U);
    EXPECT_EQ(result.suspects.last, 9U);
}

TEST_F(BisectTest, SkipsACommitThatFailsTwiceRunning) {
    first_bad_ = 10;
    special_ = [](std::size_t commit) -> std::optional<model::Pair> {
        if (commit != 7) return std::nullopt;
        return ended(PairEnding::failed, "head: crashed");
    };
    const Bisected result = bisect(16).value();
    EXPECT_EQ(result.suspects.last, 10U);
    EXPECT_THAT(skipped_, ElementsAre("head: crashed"));
    EXPECT_THAT(result.tried[0].values, testing::IsEmpty());
}

TEST_F(BisectTest, OneFailureIsForgiven) {
    first_bad_ = 10;
    bool first = true;
    special_ = [&first](std::size_t) -> std::optional<model::Pair> {
        if (!std::exchange(first, false)) return std::nullopt;
        return ended(PairEnding::failed, "head: killed");
    };
    EXPECT_EQ(bisect(16).value().suspects.last, 10U);
    EXPECT_THAT(skipped_, testing::IsEmpty());
}

TEST_F(BisectTest, SkipsACommitWhoseSlicesAreAllDisturbed) {
    first_bad_ = 10;
    special_ = [](std::size_t commit) -> std::optional<model::Pair> {
        if (commit != 7) return std::nullopt;
        model::Pair pair = pair_of(0);
        for (model::Slice& one : pair.slices) one.fate = Fate::disturbed;
        return pair;
    };
    EXPECT_EQ(bisect(16).value().suspects.last, 10U);
    EXPECT_THAT(skipped_, ElementsAre("the machine was disturbed beside all its slices"));
}

TEST_F(BisectTest, EndsAtACommitThatShowsAPartOfTheStep) {
    special_ = [](std::size_t commit) -> std::optional<model::Pair> {
        if (commit != 7) return std::nullopt;
        return pair_of(kStep / 2);
    };
    const Bisected result = bisect(16).value();
    EXPECT_EQ(result.ending, BisectEnding::between);
    EXPECT_EQ(result.part_of_step, 7U);
}

TEST_F(BisectTest, IsUndecidedWhenNothingBuilds) {
    for (std::size_t i = 0; i < 5; ++i) broken_.insert(i);
    const Bisected result = bisect(6).value();
    EXPECT_EQ(result.ending, BisectEnding::undecided);
    EXPECT_EQ(result.suspects.first, 0U);
    EXPECT_EQ(result.suspects.last, 5U);
    EXPECT_THAT(opened_, SizeIs(5));
}

TEST_F(BisectTest, BuildsAndMeasuresNothingAfterItsTime) {
    first_bad_ = 40;
    settings_.budget = std::chrono::seconds(8);
    const Bisected result = bisect(64).value();
    EXPECT_EQ(result.ending, BisectEnding::out_of_time);
    EXPECT_EQ(kept_, 8U);
    EXPECT_LE(result.suspects.first, 40U);
    EXPECT_GE(result.suspects.last, 40U);
    EXPECT_LT(result.suspects.last - result.suspects.first, 63U);
}

TEST_F(BisectTest, StopsAtAnInterruptWhileItMeasures) {
    special_ = [this](std::size_t) -> std::optional<model::Pair> {
        if (seeds_.size() < 3) return std::nullopt;
        return ended(PairEnding::interrupted, "");
    };
    const Bisected result = bisect(16).value();
    EXPECT_EQ(result.ending, BisectEnding::interrupted);
    EXPECT_EQ(kept_, 2U);
}

TEST_F(BisectTest, AnInterruptedBuildIsNoBrokenCommit) {
    broken_ = {7};
    interrupted_ = true;
    const Bisected result = bisect(16).value();
    EXPECT_EQ(result.ending, BisectEnding::interrupted);
    EXPECT_THAT(result.tried, testing::IsEmpty());
    EXPECT_THAT(skipped_, testing::IsEmpty());
}

TEST_F(BisectTest, EndsWhenAPairCannotBeStored) {
    keep_result_ = fail("disk full");
    EXPECT_EQ(bisect(16).error().message, "disk full");
    EXPECT_EQ(kept_, 1U);
}

TEST_F(BisectTest, TheSameSeedMeasuresTheSame) {
    first_bad_ = 5;
    ASSERT_TRUE(bisect(16).has_value());
    const std::vector<std::uint64_t> before = std::exchange(seeds_, {});
    ASSERT_TRUE(bisect(16).has_value());
    EXPECT_EQ(seeds_, before);
}

TEST_F(BisectTest, AStepOfTheWallTimeIsFoundInTheWallTime) {
    settings_.time = stats::SliceTime::wall;
    special_ = [](std::size_t commit) -> std::optional<model::Pair> {
        model::Pair pair = pair_of(0);
        if (commit >= 3) pair.slices[1].wall_ns = 33'000'000;
        return pair;
    };
    settings_.step.size = std::log(1.1);
    EXPECT_EQ(bisect(16).value().suspects.last, 3U);
}

}  // namespace
}  // namespace harness::duel
