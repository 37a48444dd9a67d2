#include "harness/judge/summary.h"

#include <gtest/gtest.h>

#include "harness/judge/test_records.h"

namespace harness::judge {
namespace {

using testing::add;
using testing::benchmark;
using testing::record;

TEST(Summarise, GivesMedianIntervalAndSpreadOfTheProcesses) {
    auto run = record("run");
    add(run, benchmark("memory", "read"), {10, 12, 14, 16, 18, 20});
    const auto summary = summarise(run);
    ASSERT_EQ(summary.rows.size(), 1u);
    EXPECT_EQ(summary.rows[0].median, 15);
    EXPECT_EQ(summary.rows[0].interval, (stats::Estimate{15, 10, 20}));
    // Deviations 5 3 1 1 3 5: 1.4826 * 3 / 15
    EXPECT_NEAR(summary.rows[0].spread, 0.29652, 1e-9);
}

TEST(Summarise, ShowsBenchmarksThatGaveNothing) {
    auto run = record("run");
    add(run, benchmark("memory", "read"), {10});
    run.processes[0].error = "wrong sum";
    const auto summary = summarise(run);
    ASSERT_EQ(summary.rows.size(), 1u);
    EXPECT_FALSE(summary.rows[0].median.has_value());
    EXPECT_EQ(summary.rows[0].error, "wrong sum");
}

TEST(Summarise, MarksReferencesAndSecondaryMetrics) {
    auto run = record("run");
    auto read = benchmark("memory", "read");
    read.metrics.push_back({"bytes_per_second", "B/s", model::Direction::higher});
    add(run, read, {1});
    add(run, benchmark("memory", "raw", {"reference"}), {1});
    const auto summary = summarise(run);
    ASSERT_EQ(summary.rows.size(), 3u);
    EXPECT_EQ(summary.rows[0].role, model::Role::reference);
    EXPECT_EQ(summary.rows[1].role, model::Role::deciding);
    EXPECT_EQ(summary.rows[2].role, model::Role::shown);
}

TEST(Summarise, ChecksTargetsInTheirDirection) {
    auto run = record("run");
    auto read = benchmark("memory", "read");
    read.metrics.push_back({"bytes_per_second", "B/s", model::Direction::higher});
    read.targets = {{"time", "raw", 1.5},
                    {"time", "raw", 1.1},
                    {"bytes_per_second", "raw", 0.5},
                    {"time", "absent", 1.5}};
    auto raw = benchmark("memory", "raw", {"reference"});
    raw.metrics = read.metrics;
    run.benchmarks = {read, raw};
    testing::add_process(run, read, read.metrics[0], {12});
    testing::add_process(run, read, read.metrics[1], {80});
    testing::add_process(run, raw, raw.metrics[0], {10});
    testing::add_process(run, raw, raw.metrics[1], {100});
    const auto targets = summarise(run).targets;
    ASSERT_EQ(targets.size(), 3u);
    EXPECT_DOUBLE_EQ(targets[0].measured, 1.2);
    EXPECT_TRUE(targets[0].met);
    EXPECT_FALSE(targets[1].met);
    EXPECT_DOUBLE_EQ(targets[2].measured, 0.8);
    EXPECT_TRUE(targets[2].met);
}

}  // namespace
}  // namespace harness::judge
