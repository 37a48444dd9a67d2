#include "harness/judge/ratios.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/judge/test_records.h"

namespace harness::judge {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A run of suite "peers", a value of each benchmark for each round.
class Ratios : public ::testing::Test {
  protected:
    void add(const std::string& case_id, const std::vector<double>& values,
             const std::vector<std::string>& versus = {}) {
        model::Benchmark benchmark = testing::benchmark("peers", case_id);
        benchmark.versus = versus;
        run_.benchmarks.push_back(benchmark);
        int round = 0;
        for (const double value : values) {
            testing::add_process(run_, benchmark, benchmark.metrics.front(), {value}).replicate = round++;
        }
    }

    model::RunRecord run_ = testing::record("run");
};

TEST_F(Ratios, AreTakenWithinRounds) {
    // The machine is ten times slower in every other round; the ratio is not.
    add("sort/native", {10, 100, 10, 100, 10, 100});
    add("sort/jit", {20, 200, 20, 200, 20, 200}, {"sort/native"});
    const auto tables = ratio_tables(run_);
    ASSERT_THAT(tables, SizeIs(1));
    EXPECT_EQ(tables[0].suite, "peers");
    EXPECT_EQ(tables[0].metric.name, "time");
    EXPECT_THAT(tables[0].rows, ElementsAre("sort"));
    ASSERT_THAT(tables[0].columns, SizeIs(1));
    const RatioColumn& column = tables[0].columns[0];
    EXPECT_EQ(column.own, "jit");
    EXPECT_EQ(column.other, "native");
    const Ratio ratio = column.cells[0].value().ratio.value();
    EXPECT_DOUBLE_EQ(ratio.value, 2);
    EXPECT_EQ(ratio.rounds, 6U);
    EXPECT_DOUBLE_EQ(ratio.interval.value().low, 2);
    EXPECT_DOUBLE_EQ(ratio.interval.value().high, 2);
}

TEST_F(Ratios, TheIntervalIsTheExactSignedRankInterval) {
    add("sort/native", {1, 1, 1, 1, 1, 1});
    add("sort/jit", {1, 2, 4, 8, 16, 32}, {"sort/native"});
    const Ratio ratio = ratio_tables(run_)[0].columns[0].cells[0].value().ratio.value();
    // Logarithms 0 to 5 to base 2. Six values reach 95 % with their extremes alone.
    EXPECT_NEAR(ratio.value, std::exp2(2.5), 1e-9);
    EXPECT_DOUBLE_EQ(ratio.interval.value().low, 1);
    EXPECT_NEAR(ratio.interval.value().high, 32, 1e-9);
}

TEST_F(Ratios, FewerThanSixRoundsHaveNoInterval) {
    add("sort/native", {1, 1, 1, 1, 1});
    add("sort/jit", {2, 2, 2, 2, 2, 2}, {"sort/native"});
    const Ratio ratio = ratio_tables(run_)[0].columns[0].cells[0].value().ratio.value();
    EXPECT_DOUBLE_EQ(ratio.value, 2);
    EXPECT_EQ(ratio.rounds, 5U);
    EXPECT_FALSE(ratio.interval.has_value());
}

TEST_F(Ratios, TheMeanIsGeometricAndTakenWithinRounds) {
    // What one gains the other loses: the rounds' means are all alike.
    add("crc/native", {1, 1, 1, 1, 1, 1});
    add("crc/jit", {1, 2, 4, 1, 2, 4}, {"crc/native"});
    add("sort/native", {1, 1, 1, 1, 1, 1});
    add("sort/jit", {16, 8, 4, 16, 8, 4}, {"sort/native"});
    const RatioColumn column = ratio_tables(run_)[0].columns[0];
    EXPECT_EQ(column.counted, 2U);
    EXPECT_EQ(column.asked, 2U);
    EXPECT_NEAR(column.mean.value().value, 4, 1e-9);
    EXPECT_NEAR(column.mean.value().interval.value().low, 4, 1e-9);
    EXPECT_NEAR(column.mean.value().interval.value().high, 4, 1e-9);
}

TEST_F(Ratios, OneRatioHasNoMean) {
    add("sort/native", {1});
    add("sort/jit", {2}, {"sort/native"});
    EXPECT_FALSE(ratio_tables(run_)[0].columns[0].mean.has_value());
}

TEST_F(Ratios, AColumnIsWhatDiffersAndARowWhatIsShared) {
    for (const char* program : {"sort", "crc"}) {
        const std::string name = program;
        add(name + "/qemu", {4}, {name + "/native"});
        add(name + "/jit", {2}, {name + "/native", name + "/qemu"});
        add(name + "/native", {1});
    }
    const auto tables = ratio_tables(run_);
    ASSERT_THAT(tables, SizeIs(1));
    EXPECT_THAT(tables[0].rows, ElementsAre("crc", "sort"));
    std::vector<std::string> names;
    std::vector<double> means;
    for (const RatioColumn& column : tables[0].columns) {
        names.push_back(fmt::format("{} / {}", column.own, column.other));
        means.push_back(column.mean.value().value);
    }
    EXPECT_THAT(names, ElementsAre("jit / native", "jit / qemu", "qemu / native"));
    EXPECT_THAT(means, ElementsAre(DoubleNear(2, 1e-9), DoubleNear(0.5, 1e-9), DoubleNear(4, 1e-9)));
}

TEST_F(Ratios, AFailedBenchmarkIsNamedAndNotInTheMean) {
    for (const char* program : {"crc", "sort", "sieve"}) {
        const std::string name = program;
        add(name + "/native", {1, 1});
        add(name + "/jit", {2, 2}, {name + "/native"});
    }
    for (model::Process& process : run_.processes) {
        if (process.benchmark == "peers/sort/jit") process.error = "engine 'jit' is not available";
    }
    const RatioTable table = ratio_tables(run_)[0];
    EXPECT_THAT(table.rows, ElementsAre("crc", "sieve", "sort"));
    const RatioColumn& column = table.columns[0];
    EXPECT_THAT(column.cells[2].value().problem, HasSubstr("not available"));
    EXPECT_FALSE(column.cells[2].value().ratio.has_value());
    EXPECT_EQ(column.counted, 2U);
    EXPECT_EQ(column.asked, 3U);
    EXPECT_NEAR(column.mean.value().value, 2, 1e-9);
}

TEST_F(Ratios, WhatWasNotMeasuredOrIsOfAnotherMetricIsNotCompared) {
    add("sort/jit", {2}, {"sort/native"});
    add("crc/jit", {2}, {"crc/native"});
    add("crc/native", {1});
    run_.benchmarks.back().metrics.front().unit = "s";
    EXPECT_THAT(ratio_tables(run_), IsEmpty());
}

TEST_F(Ratios, ACellIsEmptyWhereNoComparisonIsAskedFor) {
    add("sort/jit", {2}, {"sort/native"});
    add("sort/native", {1});
    add("crc/qemu", {2}, {"crc/native"});
    add("crc/native", {1});
    const RatioTable table = ratio_tables(run_)[0];
    EXPECT_FALSE(table.columns[0].cells[0].has_value());
    EXPECT_TRUE(table.columns[0].cells[1].has_value());
    EXPECT_EQ(table.columns[0].asked, 1U);
}

}  // namespace
}  // namespace harness::judge
