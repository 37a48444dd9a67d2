// The promises of the gate as a whole, simulated: suites of fifty benchmarks alarm no more often than
// promised when the sides are exchangeable, whatever the noise, and true slowdowns are found. Samples are
// simulated, not programs.
#include <cmath>
#include <cstdint>
#include <random>
#include <span>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "harness/judge/suspects.h"
#include "harness/stats/estimators.h"
#include "harness/stats/signed_rank.h"

namespace harness::judge {
namespace {

using Values = std::vector<double>;

constexpr int kBenchmarks = 50;
const GateSettings kSettings;

// Noise of the logarithm of a slice's time, and what the whole session does to both sides at once.
enum class Noise { normal, heavy_tails, drift, two_modes, autocorrelated };

// One side of a pair: a process with its own luck and slices that may follow one another.
class Process {
  public:
    Process(Noise noise, std::mt19937_64& random) : noise_(noise), random_(random) {
        if (noise == Noise::two_modes) luck_ = std::bernoulli_distribution(0.5)(random) ? 0.02 : -0.02;
        luck_ += normal(0.0104);  // pairs of normal noise spread by 1.5 % then
    }

    double slice() {
        switch (noise_) {
            case Noise::heavy_tails:
                return luck_ + normal(0.005) + 0.003 * std::cauchy_distribution<>()(random_);
            case Noise::autocorrelated:
                // Its neighbours explain 0.9 of each slice: twelve slices tell little more than two.
                wave_ = 0.9 * wave_ + normal(0.01);
                return luck_ + wave_;
            default:
                return luck_ + normal(0.005);
        }
    }

  private:
    double normal(double deviation) { return std::normal_distribution<>(0, deviation)(random_); }

    Noise noise_;
    std::mt19937_64& random_;
    double luck_ = 0;
    double wave_ = 0;
};

// The value of one pair: slices alternate base head head base, the machine meanwhile getting slower.
double pair_value(Noise noise, std::mt19937_64& random) {
    constexpr int kSlices = 12;
    Process base(noise, random);
    Process head(noise, random);
    const double slope = noise == Noise::drift ? std::uniform_real_distribution<>(0, 0.02)(random) : 0;
    double time = 0;
    Values ratios;
    for (int i = 0; i < kSlices; ++i) {
        const bool base_first = i % 2 == 0;
        const double first = (base_first ? base : head).slice() + slope * time++;
        const double second = (base_first ? head : base).slice() + slope * time++;
        ratios.push_back(base_first ? second - first : first - second);
    }
    return stats::median(ratios);
}

// Pairs of two sides that do not differ, banked once and drawn at random with labels swapped at random.
class RateBank {
  public:
    RateBank(Noise noise, std::uint64_t seed) : random_(seed) {
        for (int i = 0; i < 3000; ++i) pairs_.push_back(pair_value(noise, random_));
    }

    Values draw(std::size_t n, double shift, std::mt19937_64& random) const {
        Values values;
        for (std::size_t i = 0; i < n; ++i) {
            const std::uint64_t bits = random();
            const double value = pairs_[(bits >> 1) % pairs_.size()];
            values.push_back(shift + ((bits & 1) == 1 ? value : -value));
        }
        return values;
    }

    double spread() const { return stats::robust_spread(pairs_); }

  private:
    std::mt19937_64 random_;
    Values pairs_;
};

struct Tally {
    int alarms = 0;  // suites in which a row that did not change alarmed, or all together did
    int found = 0;   // suites in which the changed row alarmed
    int suspects = 0;
};

// `shift` is everyone's, the first benchmark's is `first`.
Tally simulate(int suites, const std::vector<RateBank>& banks, double shift, double first_shift,
               std::uint64_t seed) {
    std::mt19937_64 random(seed);
    Tally tally;
    for (int suite = 0; suite < suites; ++suite) {
        std::vector<PairedRow> rows(kBenchmarks);
        const auto true_shift = [&](std::size_t i) { return i == 0 ? first_shift : shift; };
        const auto bank = [&](std::size_t i) -> const RateBank& { return banks[i % banks.size()]; };
        for (std::size_t i = 0; i < rows.size(); ++i) {
            rows[i].group = fmt::format("{}", i % 5);
            rows[i].value.screening = bank(i).draw(12, true_shift(i), random);
        }
        const Findings screened = screen(rows, kSettings);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (!screened.rows[i].suspect) continue;
            ++tally.suspects;
            rows[i].value.fresh = bank(i).draw(24, true_shift(i), random);
        }
        const Findings findings = look(rows, kSettings, kSettings.looks.size());
        bool false_alarm = findings.systemic;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const bool alarm = findings.rows[i].value_alarm;
            if (true_shift(i) > std::log1p(0.01)) {
                tally.found += alarm ? 1 : 0;
            } else {
                false_alarm = false_alarm || alarm;
            }
        }
        tally.alarms += false_alarm ? 1 : 0;
    }
    return tally;
}

constexpr int kSuites = 1000;

// What the promise of one suite in two hundred allows.
constexpr int kNominal = 5;

int false_alarms(Noise noise) {
    const RateBank bank(noise, 1);
    // Noise that is small beside the minimum effect would prove nothing.
    EXPECT_GT(bank.spread(), 0.014);
    return simulate(kSuites, {bank}, 0, 0, 2).alarms;
}

TEST(GateRates, OfUnchangedSuitesStayNominalUnderHeavyTails) {
    EXPECT_LE(false_alarms(Noise::heavy_tails), kNominal);
}

TEST(GateRates, OfUnchangedSuitesStayNominalUnderDrift) { EXPECT_LE(false_alarms(Noise::drift), kNominal); }

TEST(GateRates, OfUnchangedSuitesStayNominalUnderNoiseOfTwoModes) {
    EXPECT_LE(false_alarms(Noise::two_modes), kNominal);
}

TEST(GateRates, OfUnchangedSuitesStayNominalUnderAutocorrelationInsideAProcess) {
    EXPECT_LE(false_alarms(Noise::autocorrelated), kNominal);
}

TEST(GateRates, StayNominalEvenWhereEveryBenchmarkSitsAtTheMinimumEffect) {
    // The worst that must not alarm: each has just the change that does not count yet.
    const std::vector<RateBank> banks{RateBank(Noise::heavy_tails, 1), RateBank(Noise::drift, 2),
                                      RateBank(Noise::two_modes, 3), RateBank(Noise::autocorrelated, 4)};
    const double most = std::log1p(0.01);
    const Tally tally = simulate(kSuites, banks, most, most, 5);
    // The screening lets a tenth through: what follows was really asked.
    EXPECT_GT(tally.suspects, kSuites * kBenchmarks / 20);
    // Three standard errors of the simulation above the nominal rate.
    EXPECT_LE(tally.alarms, kNominal + 7);
}

// Pairs that differ by 1.5 % as a rule, among 49 unchanged benchmarks of the same spread.
Tally slowdowns(double slowdown) {
    const RateBank quiet(Noise::normal, 6);
    EXPECT_NEAR(quiet.spread(), 0.015, 0.001);
    return simulate(300, {quiet}, 0, std::log1p(slowdown), 7);
}

TEST(GateRates, FindNearlyEverySlowdownOfFivePercent) {
    const Tally tally = slowdowns(0.05);
    EXPECT_GE(tally.found, 300 * 99 / 100);
    EXPECT_LE(tally.alarms, 2);
}

TEST(GateRates, FindTheSlowdownsOfThreePercentThatTheDesignPromises) {
    const Tally tally = slowdowns(0.03);
    EXPECT_GE(tally.found, 300 * 97 / 100);
    EXPECT_LE(tally.alarms, 2);
}

// Twelve pairs of processes whose slices agree among themselves far better than processes do.
std::vector<Values> slices_of_pairs(std::mt19937_64& random) {
    std::vector<Values> pairs(12);
    for (Values& slices : pairs) {
        const double luck = std::normal_distribution<>(0, 0.03)(random);
        for (int i = 0; i < 16; ++i) slices.push_back(luck + std::normal_distribution<>(0, 0.005)(random));
    }
    return pairs;
}

Values pooled(const std::vector<Values>& pairs) {
    Values all;
    for (const Values& slices : pairs) all.insert(all.end(), slices.begin(), slices.end());
    return all;
}

Values medians(const std::vector<Values>& pairs) {
    Values all;
    for (const Values& slices : pairs) all.push_back(stats::median(slices));
    return all;
}

TEST(GateRates, NeverCountTheSlicesOfOnePairAsIndependent) {
    // Nothing changed. Pooling the slices, as if each were an experiment, alarms in most cases at a nominal
    // 5 %; one value a pair keeps the level, and the gate never alarms.
    constexpr int kTrials = 300;
    std::mt19937_64 random(8);
    int pooling_alarms = 0;
    int pair_alarms = 0;
    int gate_alarms = 0;
    for (int trial = 0; trial < kTrials; ++trial) {
        const auto screening = slices_of_pairs(random);
        const auto slices = stats::signed_rank(pooled(screening));
        pooling_alarms += std::min(slices.p_greater, slices.p_less) <= 0.025 ? 1 : 0;
        PairedRow row;
        row.value.screening = medians(screening);
        row.value.fresh = medians(slices_of_pairs(random));
        const auto more = medians(slices_of_pairs(random));
        row.value.fresh.insert(row.value.fresh.end(), more.begin(), more.end());
        const auto pairs = stats::signed_rank(row.value.screening);
        pair_alarms += std::min(pairs.p_greater, pairs.p_less) <= 0.025 ? 1 : 0;
        gate_alarms += look({&row, 1}, kSettings, kSettings.looks.size()).rows[0].value_alarm ? 1 : 0;
    }
    EXPECT_GE(pooling_alarms, kTrials * 55 / 100);
    // 5 % and three standard errors of the simulation.
    EXPECT_LE(pair_alarms, kTrials * 88 / 1000);
    EXPECT_EQ(gate_alarms, 0);
}

}  // namespace
}  // namespace harness::judge
