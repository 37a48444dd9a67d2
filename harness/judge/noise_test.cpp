#include "harness/judge/noise.h"

#include <cmath>

#include <gtest/gtest.h>

#include "harness/judge/test_records.h"

namespace harness::judge {
namespace {

using testing::add;
using testing::benchmark;
using testing::record;
using testing::steady;

const model::Metric kTime{"time", "ns", model::Direction::lower};

std::vector<model::RunRecord> sessions(std::initializer_list<double> middles) {
    std::vector<model::RunRecord> runs;
    for (const double middle : middles) {
        runs.push_back(record(fmt::format("run-{}", runs.size())));
        add(runs.back(), benchmark("memory", "read"), steady(middle));
    }
    return runs;
}

Widening widening_from(std::span<const model::RunRecord> history, std::size_t base_runs = 1,
                       const std::string& head_run = "head") {
    return Noise(history, {}, {}, base_runs, head_run).widening(benchmark("memory", "read"), kTime);
}

TEST(Widening, IsAssumedWhileFewerThanFiveRunsAreStored) {
    const auto history = sessions({100, 100, 100, 100});
    const Widening widening = widening_from(history);
    EXPECT_EQ(widening.source, Widening::Source::assumed);
    EXPECT_DOUBLE_EQ(widening.log_width, std::log(1.15));
    EXPECT_EQ(widening.sessions, 4u);
}

TEST(Widening, IsThreeDeviationsOfADifferenceOfTwoSessionsFromFiveRunsOn) {
    // Logarithms 0, 0.01 .. 0.04: mean difference 0.02, deviation 0.02 sqrt(pi) / 2.
    const auto history = sessions(
        {100, 100 * std::exp(0.01), 100 * std::exp(0.02), 100 * std::exp(0.03), 100 * std::exp(0.04)});
    const Widening widening = widening_from(history);
    EXPECT_EQ(widening.source, Widening::Source::sessions);
    EXPECT_NEAR(widening.log_width, 3 * 0.0177245 * std::sqrt(2.0), 1e-6);
}

TEST(Widening, ShrinksWithMoreRunsInTheBaseline) {
    const auto history = sessions({100, 101, 102, 103, 104});
    EXPECT_NEAR(widening_from(history, 4).log_width / widening_from(history, 1).log_width,
                std::sqrt(1.25 / 2), 1e-9);
}

TEST(Widening, DoesNotCountRunsTwiceNorTheHeadItself) {
    auto history = sessions({100, 100, 100, 100, 100});
    history.push_back(history[0]);
    EXPECT_EQ(widening_from(history).sessions, 5u);
    EXPECT_EQ(widening_from(history, 1, "run-0").sessions, 4u);
}

TEST(Widening, DoesNotTakeADifferenceBetweenProgramsForNoise) {
    auto history = sessions({100, 100, 100, 200, 200, 200});
    for (std::size_t i = 3; i < 6; ++i) history[i].builds[0].program_hash = "program-2";
    const Widening widening = widening_from(history);
    EXPECT_EQ(widening.sessions, 6u);
    EXPECT_NEAR(widening.log_width, 0, 1e-12);
}

TEST(Widening, IsModeratedByItsSuite) {
    // One benchmark is quiet by luck; its two neighbours show that sessions differ.
    std::vector<model::RunRecord> history;
    for (int i = 0; i < 5; ++i) {
        history.push_back(record(fmt::format("run-{}", i)));
        add(history.back(), benchmark("memory", "read"), steady(100));
        add(history.back(), benchmark("memory", "write"), steady(100 * std::exp(0.01 * i)));
        add(history.back(), benchmark("memory", "copy"), steady(100 * std::exp(0.01 * i)));
    }
    // sqrt(8 / 12) of the typical deviation
    EXPECT_NEAR(widening_from(history).log_width, 3 * 0.0177245 * std::sqrt(2.0) * std::sqrt(8.0 / 12), 1e-6);
}

std::vector<Measured> controls(std::initializer_list<double> middles) {
    auto run = record("run");
    int index = 0;
    for (const double middle : middles) {
        add(run, benchmark("memory", fmt::format("raw/{}", index++), {"reference"}), steady(middle));
    }
    return measured(run);
}

TEST(Controls, WidenWhenTheyMoved) {
    const Noise noise({}, controls({100, 100, 100, 100, 100}), controls({150, 150, 150, 150, 150}), 1,
                      "head");
    const Widening widening = noise.widening(benchmark("memory", "read"), kTime);
    EXPECT_EQ(widening.source, Widening::Source::controls);
    EXPECT_NEAR(widening.log_width, std::log(1.5), 1e-9);
    EXPECT_NEAR(noise.middle_control_shift(), std::log(1.5), 1e-9);
}

TEST(Controls, CountInEitherDirection) {
    const Noise noise({}, controls({150, 150, 150, 150, 150}), controls({100, 100, 100, 100, 100}), 1,
                      "head");
    EXPECT_NEAR(noise.control_shift("memory"), std::log(1.5), 1e-9);
}

TEST(Controls, OfOtherSuitesCountWhereASuiteHasTooFew) {
    const Noise noise({}, controls({100, 100, 100, 100, 100}), controls({150, 150, 150, 150, 150}), 1,
                      "head");
    EXPECT_NEAR(noise.control_shift("cpu"), std::log(1.5), 1e-9);
}

TEST(Controls, FewerThanFiveSayNothing) {
    const Noise noise({}, controls({100, 100, 100, 100}), controls({150, 150, 150, 150}), 1, "head");
    EXPECT_EQ(noise.control_shift("memory"), 0);
    EXPECT_EQ(noise.middle_control_shift(), 0);
}

}  // namespace
}  // namespace harness::judge
