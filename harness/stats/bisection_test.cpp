#include "harness/stats/bisection.h"

#include <cmath>
#include <functional>
#include <random>

#include <gmock/gmock.h>

namespace harness::stats {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::Optional;
using Values = std::vector<double>;

// A step of 1 that six values show beyond doubt.
constexpr KnownStep kSure{1, 0, 0.05};

void observe(Bisection& bisection, std::size_t commit, double level, int values = 6) {
    for (int i = 0; i < values; ++i) bisection.observe(commit, level);
}

TEST(KnownStep, IsTheCentreAndTheRobustSpreadOfTheValues) {
    const KnownStep step = known_step(Values{0.08, 0.09, 0.10, 0.11, 0.12, 5});
    EXPECT_NEAR(step.size, 0.105, 0.005) << "one wild value moves it little";
    EXPECT_NEAR(step.spread, 1.4826 * 0.015, 1e-9);
    EXPECT_NEAR(step.error, step.spread * std::sqrt(M_PI / 3 / 6), 1e-12);
}

TEST(KnownStep, OfValuesWithoutSpreadHasALittle) {
    EXPECT_NEAR(known_step(Values{-0.5, -0.5, -0.5}).spread, 0.01, 1e-12);
}

TEST(LogLikelihoodRatio, IsThatOfTwoNormalsOfOneVariance) {
    // The variance is pi/3 / 4 + 0.1^2 + 1/64, and the centre is as far above the middle as the step.
    const Values values{1, 1, 1, 1};
    const double variance = M_PI / 12 + 0.01 + 0.015625;
    EXPECT_NEAR(log_likelihood_ratio(values, {1, 0.1, 1}), 0.5 / variance, 1e-12);
    EXPECT_NEAR(log_likelihood_ratio(Values{0, 0, 0, 0}, {1, 0.1, 1}), -0.5 / variance, 1e-12);
    EXPECT_EQ(log_likelihood_ratio(Values{0.5, 0.5}, {1, 0.1, 1}), 0);
    EXPECT_EQ(log_likelihood_ratio(Values{}, {1, 0.1, 1}), 0);
}

TEST(LogLikelihoodRatio, OfAStepDownIsThatOfItsMirrorImage) {
    const Values down{-0.9, -1.1, -1.2};
    const Values up{0.9, 1.1, 1.2};
    EXPECT_DOUBLE_EQ(log_likelihood_ratio(down, {-1, 0.1, 1}), log_likelihood_ratio(up, {1, 0.1, 1}));
    EXPECT_GT(log_likelihood_ratio(down, {-1, 0.1, 1}), 0);
}

TEST(Bisection, OfOneCommitIsDecidedAtOnce) {
    const Bisection bisection(1, kSure);
    EXPECT_TRUE(bisection.decided());
    EXPECT_EQ(bisection.suspects(), (Suspects{0, 0, 1}));
    EXPECT_EQ(bisection.next(), std::nullopt);
}

TEST(Bisection, AsksForTheMiddleFirstAndStaysUntilItIsClear) {
    Bisection bisection(16, kSure);
    EXPECT_THAT(bisection.next(), Optional(7U));
    observe(bisection, 7, 1, 5);
    EXPECT_THAT(bisection.next(), Optional(7U)) << "five values are too few";
    bisection.observe(7, 1);
    EXPECT_THAT(bisection.next(), Optional(3U));
    observe(bisection, 3, 0.5, 12);
    EXPECT_THAT(bisection.next(), Optional(3U)) << "it says neither";
}

TEST(Bisection, FindsTheCommitBetweenAGoodAndABadOne) {
    Bisection bisection(4, kSure);
    observe(bisection, 1, 1);
    observe(bisection, 0, 0);
    EXPECT_TRUE(bisection.decided());
    EXPECT_EQ(bisection.suspects().first, 1U);
    EXPECT_EQ(bisection.suspects().last, 1U);
    EXPECT_EQ(bisection.next(), std::nullopt);
}

TEST(Bisection, NoCommitAloneDecidesBeyondItsChanceToShowTheContrary) {
    Bisection bisection(2, kSure);
    observe(bisection, 0, 1, 30);
    EXPECT_THAT(bisection.posterior(), ElementsAre(DoubleNear(0.998, 1e-6), DoubleNear(0.002, 1e-6)));
    EXPECT_NEAR(bisection.log_odds(0), std::log(499), 1e-6);
}

TEST(Bisection, CommitsThatCannotBeMeasuredShareOneAnswerWithTheNextThatCan) {
    Bisection bisection(8, kSure);
    observe(bisection, 2, 0);
    observe(bisection, 5, 1);
    bisection.skip(3);
    bisection.skip(4);
    EXPECT_TRUE(bisection.decided());
    const Suspects suspects = bisection.suspects();
    EXPECT_EQ(suspects.first, 3U);
    EXPECT_EQ(suspects.last, 5U);
    EXPECT_GT(suspects.probability, 0.99);
    EXPECT_DOUBLE_EQ(bisection.posterior()[3], bisection.posterior()[5]);
}

TEST(Bisection, LeavesABrokenStretchInLeaps) {
    Bisection bisection(1000, kSure);
    std::vector<std::size_t> asked;
    while (asked.size() < 40) {
        const std::size_t next = bisection.next().value();
        asked.push_back(next);
        if (next < 400 || next >= 600) break;
        bisection.skip(next);
    }
    EXPECT_LT(asked.size(), 25U);
}

TEST(Bisection, IsNotDecidedWhereNothingCouldBeMeasured) {
    Bisection bisection(3, kSure);
    bisection.skip(0);
    bisection.skip(1);
    EXPECT_EQ(bisection.next(), std::nullopt);
    EXPECT_FALSE(bisection.decided());
    EXPECT_EQ(bisection.suspects(), (Suspects{0, 2, 1}));
}

TEST(Bisection, GivesUpACommitThatStaysUnclear) {
    Bisection bisection(3, kSure);
    observe(bisection, 0, 0);
    observe(bisection, 1, 0.5, Bisection::kMostValues);
    // The good one is asked again, as long as that tells anything.
    for (int i = 0; i < 40 && bisection.next(); ++i) bisection.observe(*bisection.next(), 0);
    EXPECT_EQ(bisection.next(), std::nullopt);
    EXPECT_FALSE(bisection.decided());
    EXPECT_EQ(bisection.suspects().first, 1U);
    EXPECT_EQ(bisection.suspects().last, 2U);
}

TEST(LiesBetween, IsSureOfValuesAroundHalfTheStepOnly) {
    const auto around = [](double middle) {
        Values values;
        for (int i = 0; i < 12; ++i) values.push_back(middle + 0.01 * (i - 5.5));
        return values;
    };
    EXPECT_TRUE(lies_between(around(0.5), kSure));
    EXPECT_FALSE(lies_between(around(0), kSure));
    EXPECT_FALSE(lies_between(around(1), kSure));
    EXPECT_FALSE(lies_between(around(0.2), kSure)) << "a commit may lie somewhat off";
    EXPECT_FALSE(lies_between(Values{0.5, 0.5, 0.5}, kSure)) << "three values are not sure";
    EXPECT_TRUE(lies_between(Values(12, -0.5), {-1, 0, 0.05}));
}

// Simulated bisections of 64 commits whose step is twice the spread of a pair.
constexpr std::size_t kCommits = 64;
constexpr double kStep = 2;
constexpr int kSearches = 1000;
constexpr int kKnown = 24;  // pairs of the good commit with the bad one, the fewest that confirm a step

using Noise = std::function<double(std::mt19937_64&)>;

double normal(std::mt19937_64& random) { return std::normal_distribution<>()(random); }

// One path: the level of each commit, and which cannot be measured.
struct Path {
    Values levels;
    std::vector<bool> broken;
    std::size_t first_bad = 0;
};

Path make_path(std::mt19937_64& random, double own_level = 0, double broken = 0) {
    Path path;
    path.first_bad = std::uniform_int_distribution<std::size_t>(0, kCommits - 1)(random);
    for (std::size_t i = 0; i < kCommits; ++i) {
        path.levels.push_back((i < path.first_bad ? 0 : kStep) + own_level * normal(random));
        path.broken.push_back(i + 1 < kCommits && std::bernoulli_distribution(broken)(random));
    }
    return path;
}

struct Search {
    Suspects suspects;
    bool decided = false;
    bool between = false;
    int pairs = 0;
};

Search search(const Path& path, const Noise& noise, std::mt19937_64& random) {
    Values known;
    for (int i = 0; i < kKnown; ++i) known.push_back(path.levels.back() + noise(random));
    const KnownStep step = known_step(known);
    Bisection bisection(path.levels.size(), step);
    Search result;
    while (const auto next = bisection.next()) {
        if (path.broken[*next]) {
            bisection.skip(*next);
            continue;
        }
        bisection.observe(*next, path.levels[*next] + noise(random));
        ++result.pairs;
        if (lies_between(bisection.values(*next), step)) {
            result.between = true;
            break;
        }
    }
    result.suspects = bisection.suspects();
    result.decided = !result.between && bisection.decided();
    return result;
}

struct Rates {
    int right = 0;       // decided, and the first bad commit is among the suspects
    int wrong = 0;       // decided otherwise
    int single = 0;      // right, and the only suspect
    double pairs = 0;    // mean
    double claimed = 0;  // mean probability of what was decided
};

Rates simulate(std::uint64_t seed, const Noise& noise, double own_level = 0, double broken = 0) {
    std::mt19937_64 random(seed);
    Rates rates;
    for (int i = 0; i < kSearches; ++i) {
        const Path path = make_path(random, own_level, broken);
        const Search found = search(path, noise, random);
        rates.pairs += static_cast<double>(found.pairs) / kSearches;
        if (!found.decided) continue;
        const bool right = found.suspects.first <= path.first_bad && path.first_bad <= found.suspects.last;
        ++(right ? rates.right : rates.wrong);
        if (right && found.suspects.first == found.suspects.last) ++rates.single;
        rates.claimed += found.suspects.probability;
    }
    rates.claimed /= rates.right + rates.wrong;
    return rates;
}

TEST(BisectionRates, TheRightCommitIsFoundInNineteenOfTwentySearches) {
    const Rates rates = simulate(1, normal);
    EXPECT_GE(rates.single, 950);
    EXPECT_LT(rates.pairs, 55);
}

TEST(BisectionRates, WhatIsClaimedIsKept) {
    const Rates rates = simulate(2, normal);
    EXPECT_GE(rates.claimed, 0.95);
    EXPECT_GE(static_cast<double>(rates.right) / (rates.right + rates.wrong), rates.claimed - 0.015);
}

TEST(BisectionRates, HeavyTailsDoNotMislead) {
    // Student's t of three degrees: one value in a hundred is beyond four and a half spreads.
    const Rates rates =
        simulate(3, [](std::mt19937_64& random) { return std::student_t_distribution<>(3)(random); });
    EXPECT_GE(rates.single, 950);
}

TEST(BisectionRates, CommitsOfALevelOfTheirOwnDoNotMislead) {
    const Rates rates = simulate(4, normal, 0.1 * kStep);
    EXPECT_GE(rates.single, 950);
}

TEST(BisectionRates, WithBrokenCommitsTheRangeHoldsTheRightOne) {
    const Rates rates = simulate(5, normal, 0, 0.2);
    EXPECT_GE(rates.right, 950);
    EXPECT_GE(rates.single, 500) << "four in five commits can be measured";
}

TEST(BisectionRates, TwoEqualStepsAreToldFromOne) {
    std::mt19937_64 random(6);
    int between = 0;
    int decided = 0;
    for (int i = 0; i < 200; ++i) {
        Path path;
        for (std::size_t commit = 0; commit < kCommits; ++commit)
            path.levels.push_back(commit < 20 ? 0 : commit < 44 ? kStep / 2 : kStep);
        path.broken.resize(kCommits);
        const Search found = search(
            path, [](std::mt19937_64& engine) { return 0.3 * normal(engine); }, random);
        between += found.between ? 1 : 0;
        decided += found.decided ? 1 : 0;
    }
    EXPECT_GE(between, 190);
    EXPECT_LE(decided, 10);
}

}  // namespace
}  // namespace harness::stats
