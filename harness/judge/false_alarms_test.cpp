// The promise of the judge as a whole, simulated: two hundred benchmarks measured again and again without a
// change, on a machine as noisy as those we have seen, alarm in none of ten comparisons, and true slowdowns
// are still found.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>

#include <gtest/gtest.h>

#include "harness/judge/compare.h"
#include "harness/judge/test_records.h"

namespace harness::judge {
namespace {

using model::RunRecord;
using model::VerdictKind;

constexpr int kBenchmarks = 200;
constexpr int kControls = 60;
constexpr int kProcesses = 6;

// Logarithmic effects: of the whole session on everything, of the session on one benchmark, and of the
// process; now and then a neighbour slows a whole session or single processes down.
class NoisyMachine {
  public:
    explicit NoisyMachine(std::uint64_t seed) : random_(seed) {}

    RunRecord session(const std::string& id, double slowdown_of_first = 1) {
        RunRecord run = testing::record(id);
        const double whole = normal(0.02) + (chance(0.1) ? std::log(1.3) : 0);
        for (int i = 0; i < kBenchmarks + kControls; ++i) {
            const bool control = i >= kBenchmarks;
            const auto tags = control ? std::vector<std::string>{"reference"} : std::vector<std::string>{};
            const auto benchmark =
                testing::benchmark(i % 2 == 0 ? "memory" : "cpu", fmt::format("case/{:03}", i), tags);
            const double sensitivity = std::uniform_real_distribution<>(0.6, 1.2)(random_);
            const double here = whole * sensitivity + normal(0.015);
            std::vector<double> values;
            for (int process = 0; process < kProcesses; ++process) {
                const double burst = chance(0.1) ? std::exponential_distribution<>(4)(random_) : 0;
                values.push_back(100 * std::exp(here + normal(0.02) + burst));
            }
            if (i == 0) {
                for (double& value : values) value *= slowdown_of_first;
            }
            testing::add(run, benchmark, values);
        }
        return run;
    }

  private:
    double normal(double deviation) { return std::normal_distribution<>(0, deviation)(random_); }
    bool chance(double probability) { return std::bernoulli_distribution(probability)(random_); }

    std::mt19937_64 random_;
};

struct Tally {
    std::size_t regressed = 0;
    std::size_t improved = 0;
};

// Ten runs against the first, each of which sees all that were before it.
Tally ten_comparisons(std::uint64_t seed) {
    NoisyMachine machine(seed);
    std::vector<RunRecord> stored{machine.session("run-00")};
    Tally tally;
    for (int i = 1; i <= 10; ++i) {
        stored.push_back(machine.session(fmt::format("run-{:02}", i)));
        const std::span<const RunRecord> earlier = std::span(stored).first(stored.size() - 1);
        const auto comparison =
            compare({"main", earlier.first(1), &stored.back(), earlier, CrossMachine::refuse}, Rules{});
        tally.regressed += count(comparison, VerdictKind::regressed);
        tally.improved += count(comparison, VerdictKind::improved);
    }
    return tally;
}

TEST(FalseAlarms, AreNoneInTenRunsOfTwoHundredUnchangedBenchmarks) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        const Tally tally = ten_comparisons(seed);
        EXPECT_EQ(tally.regressed, 0u) << "seed " << seed;
        EXPECT_EQ(tally.improved, 0u) << "seed " << seed;
    }
}

bool first_regressed(const model::Comparison& comparison) {
    return std::ranges::any_of(comparison.verdicts, [](const model::Verdict& verdict) {
        return verdict.benchmark == "memory/case/000" && verdict.kind == VerdictKind::regressed;
    });
}

// Of twenty comparisons on different days, in how many a slowdown of one benchmark by this factor was found,
// and it alone. Now and then a busy neighbour on one of the days rightly makes the judge doubt.
int found(double slowdown, std::size_t base_runs, std::size_t known_runs) {
    int found = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        NoisyMachine machine(seed);
        std::vector<RunRecord> stored;
        for (std::size_t i = 0; i < known_runs; ++i)
            stored.push_back(machine.session(fmt::format("run-{:02}", i)));
        const RunRecord head = machine.session("head", slowdown);
        const std::span<const RunRecord> all = stored;
        const auto comparison =
            compare({"main", all.last(base_runs), &head, all, CrossMachine::refuse}, Rules{});
        const bool alone = count(comparison, VerdictKind::regressed) == 1;
        if (alone && !first_regressed(comparison)) ADD_FAILURE() << "seed " << seed;
        found += alone ? 1 : 0;
    }
    return found;
}

TEST(FalseAlarms, AreNotAvoidedByMissingATrueDoubling) { EXPECT_GE(found(2, 1, 1), 14); }

TEST(FalseAlarms, AreNotAvoidedByMissingSmallerSlowdownsOnceTheMachineIsKnown) {
    EXPECT_EQ(found(2, 4, 12), 20);
    EXPECT_GE(found(1.5, 4, 12), 12);
}

}  // namespace
}  // namespace harness::judge
