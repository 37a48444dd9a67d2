#include "harness/judge/resample.h"

#include <cmath>
#include <random>

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace harness::judge {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

BankedRow row_of(const std::string& benchmark, double middle, double spread, std::size_t pairs,
                 std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::normal_distribution<> noise(middle, spread);
    BankedRow row;
    row.about.benchmark = benchmark;
    row.about.group = benchmark.substr(0, benchmark.find('/'));
    row.about.metric = "time";
    row.about.wall.emplace();
    for (std::size_t i = 0; i < pairs; ++i) {
        const double value = noise(random);
        row.rounds.push_back(BankedPair{value, value});
    }
    return row;
}

// So many rows whose pairs spread by as much.
Bank bank_of(std::size_t rows, double spread, std::size_t pairs = 60) {
    Bank bank;
    for (std::size_t i = 0; i < rows; ++i) {
        bank.rows.push_back(row_of(fmt::format("s{}/case{}", i % 3, i), 0, spread, pairs, 100 + i));
    }
    return bank;
}

void inject(Bank& bank, std::size_t row, double slowdown, double spread) {
    const BankedRow pairs = row_of("x/x", std::log(slowdown), spread, 48, 7 + row);
    InjectedRow injected{row, slowdown, {}};
    for (const auto& pair : pairs.rounds) injected.pairs.push_back(*pair);
    bank.injected.push_back(injected);
}

ResampleSettings settings_of(std::size_t gates) {
    ResampleSettings settings;
    settings.gates = gates;
    settings.seed = 5;
    return settings;
}

TEST(Resample, BoundsAShareAsClopperAndPearsonDo) {
    // 1 - 0.05^(1/2000), and the tables' 0.0581 for one of eighty.
    EXPECT_NEAR(rate(0, 2000).high, 0.0014968, 1e-6);
    EXPECT_EQ(rate(0, 2000).low, 0);
    EXPECT_NEAR(rate(1, 80).high, 0.0580, 5e-4);
    EXPECT_NEAR(rate(2000, 2000).low, 1 - 0.0014968, 1e-6);
    EXPECT_EQ(rate(0, 0), (Rate{0, 0, 0, 1}));
}

TEST(Resample, GatesOfExchangeableSidesAlarmLessThanPromised) {
    const GateTally tally = tally_gates(bank_of(30, 0.02), Swap::pairs, settings_of(300));
    EXPECT_EQ(tally.alarms.of, 300u);
    // A half percent is promised: three of 300 are twice that, and one in two hundred tests would see them.
    EXPECT_LE(tally.alarms.hits, 3u);
}

TEST(Resample, SidesThatDifferAlarmWhenTheLabelsOfGatesAreSwapped) {
    Bank bank = bank_of(12, 0.01);
    bank.rows[4] = row_of("s1/leaning", 0.04, 0.01, 60, 9);
    const ResampleSettings settings = settings_of(200);
    const GateTally whole = tally_gates(bank, Swap::gates, settings);
    // The slower copy is the head in half of the gates.
    EXPECT_GE(whole.alarms.share(), 0.4);
    EXPECT_LE(whole.alarms.share(), 0.6);
    EXPECT_EQ(whole.rows.size(), 1u);
    EXPECT_EQ(whole.rows.count("s1/leaning"), 1u);
    // Exchangeable pairs hide it, which is why both are drawn.
    EXPECT_LE(tally_gates(bank, Swap::pairs, settings).alarms.hits, 2u);
}

TEST(Resample, AShiftCommonToAllIsSystemic) {
    Bank bank;
    for (std::size_t i = 0; i < 30; ++i)
        bank.rows.push_back(row_of(fmt::format("s{}/case{}", i % 3, i), 0.05, 0.01, 60, i));
    const GateTally tally = tally_gates(bank, Swap::gates, settings_of(40));
    EXPECT_GE(tally.systemic, 10u);
    EXPECT_GE(tally.alarms.hits, tally.systemic);
}

TEST(Resample, WallTimeAloneAlarmsByItsGuard) {
    Bank bank = bank_of(3, 0.01);
    for (auto& pair : bank.rows[0].rounds) pair->wall = *pair->wall + 0.5;
    const GateTally tally = tally_gates(bank, Swap::gates, settings_of(50));
    EXPECT_GE(tally.rows.at("s0/case0"), 10u);
}

TEST(Resample, RowsWithTooFewPairsTakeNoPart) {
    Bank bank = bank_of(4, 0.01);
    bank.rows[2] = row_of("s2/few", 0.2, 0.01, 35, 9);
    const SelfTestFigures figures = self_test(bank, settings_of(50));
    EXPECT_EQ(figures.deciding, 3u);
    EXPECT_EQ(figures.as_measured.rows.count("s2/few"), 0u);
    const Conclusion conclusion = conclude(figures, {});
    EXPECT_EQ(conclusion.standing, Standing::alarms);
    EXPECT_THAT(conclusion.reasons, ElementsAre(HasSubstr("the equal sides of 's2/few' differ by +2")));
}

TEST(Resample, RoundsWithoutAPairAreSkipped) {
    Bank bank = bank_of(2, 0.01, 60);
    for (std::size_t i = 0; i < 60; i += 3) bank.rows[0].rounds[i].reset();
    EXPECT_EQ(usable_pairs(bank.rows[0]), 40u);
    EXPECT_EQ(tally_gates(bank, Swap::pairs, settings_of(20)).alarms.of, 20u);
    EXPECT_EQ(self_test(bank, settings_of(1)).fewest, 40u);
}

TEST(Resample, ReferenceRowsNeverAlarm) {
    Bank bank = bank_of(2, 0.01);
    bank.rows[1] = row_of("s1/raw", 0.5, 0.01, 60, 3);
    bank.rows[1].about.role = model::Role::reference;
    const SelfTestFigures figures = self_test(bank, settings_of(50));
    EXPECT_EQ(figures.as_measured.alarms.hits, 0u);
    EXPECT_EQ(figures.deciding, 1u);
    EXPECT_EQ(figures.biased, 0u);
}

TEST(Resample, FindsLargeInjectedSlowdownsInTheRowThatHasThem) {
    Bank bank = bank_of(20, 0.01);
    inject(bank, 3, 1.05, 0.01);
    inject(bank, 8, 1.05, 0.01);
    const PowerFigures power = tally_power(bank, 1.05, settings_of(100));
    EXPECT_EQ(power.benchmarks, 2u);
    EXPECT_GE(power.found.hits, 99u);
    EXPECT_EQ(power.rows.at("s0/case3").of, 50u);
}

TEST(Resample, MissesSlowdownsThatDrownInNoise) {
    Bank bank = bank_of(20, 0.01);
    inject(bank, 3, 1.03, 0.1);
    EXPECT_LE(tally_power(bank, 1.03, settings_of(50)).found.hits, 10u);
}

TEST(Resample, ASlowdownWithTooFewPairsHasNoGates) {
    Bank bank = bank_of(2, 0.01);
    inject(bank, 0, 1.03, 0.01);
    bank.injected[0].pairs.resize(35);
    const PowerFigures power = tally_power(bank, 1.03, settings_of(50));
    EXPECT_EQ(power.benchmarks, 0u);
    EXPECT_EQ(power.found.of, 0u);
}

TEST(Resample, TheSameSeedDrawsTheSameGates) {
    const Bank bank = bank_of(5, 0.05);
    EXPECT_EQ(tally_gates(bank, Swap::gates, settings_of(100)),
              tally_gates(bank, Swap::gates, settings_of(100)));
}

TEST(Resample, CountsQuietRowsAndSortsTheLoudestFirst) {
    Bank bank = bank_of(2, 0.004);
    bank.rows.push_back(row_of("s2/loud", 0, 0.05, 60, 77));
    const SelfTestFigures figures = self_test(bank, settings_of(10));
    EXPECT_EQ(figures.quiet, 2u);
    EXPECT_EQ(figures.rows[0].benchmark, "s2/loud");
    EXPECT_FALSE(figures.rows[0].quiet);
    EXPECT_NEAR(figures.rows[0].spread, 0.05, 0.02);
    EXPECT_EQ(figures.pairs, 180u);
}

TEST(Resample, HoldsWhenEverythingIsSeenAndNothingAlarms) {
    Bank bank = bank_of(10, 0.004);
    inject(bank, 1, 1.03, 0.004);
    inject(bank, 1, 1.05, 0.004);
    const Conclusion conclusion = conclude(self_test(bank, settings_of(400)), {});
    EXPECT_EQ(conclusion.standing, Standing::holds);
    EXPECT_THAT(conclusion.reasons, IsEmpty());
}

TEST(Resample, FewGatesOrPairsSayNothing) {
    const Bank few_pairs = bank_of(10, 0.004, 40);
    const Conclusion pairs = conclude(self_test(few_pairs, settings_of(400)), {});
    EXPECT_EQ(pairs.standing, Standing::too_few);
    EXPECT_THAT(pairs.reasons, ElementsAre("a benchmark has 40 pairs of the 60 that are needed"));
    const Conclusion gates = conclude(self_test(bank_of(10, 0.004), settings_of(50)), {});
    EXPECT_EQ(gates.standing, Standing::too_few);
    EXPECT_EQ(conclude(self_test({}, settings_of(10)), {}).standing, Standing::too_few);
}

TEST(Resample, TooMuchNoiseMakesItBlind) {
    Bank bank = bank_of(10, 0.03);
    inject(bank, 1, 1.03, 0.03);
    const Conclusion conclusion = conclude(self_test(bank, settings_of(400)), {});
    EXPECT_EQ(conclusion.standing, Standing::blind);
    EXPECT_THAT(conclusion.reasons, ::testing::Contains(HasSubstr("of 10 benchmarks are quiet")));
    EXPECT_THAT(conclusion.reasons, ::testing::Contains(HasSubstr("slowdowns of 3 % are found in")));
}

TEST(Resample, LargerSlowdownsAreHeldToTheFloorBelowThem) {
    EXPECT_EQ(power_floor({}, 1.02), std::nullopt);
    EXPECT_EQ(power_floor({}, 1.03), 0.85);
    EXPECT_EQ(power_floor({}, 1.04), 0.85);
    EXPECT_EQ(power_floor({}, 1.05), 0.97);
    EXPECT_EQ(power_floor({}, 1.2), 0.97);
}

}  // namespace
}  // namespace harness::judge
