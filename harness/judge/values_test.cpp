#include "harness/judge/values.h"

#include <gtest/gtest.h>

#include "harness/judge/test_records.h"

namespace harness::judge {
namespace {

using testing::add;
using testing::add_process;
using testing::benchmark;
using testing::record;

using Values = std::vector<double>;

TEST(Measured, IsOneMedianPerProcess) {
    auto run = record("run");
    const auto read = benchmark("memory", "read");
    run.benchmarks = {read};
    add_process(run, read, read.metrics[0], {5, 1, 3});
    add_process(run, read, read.metrics[0], {8, 6});
    const auto all = measured(run);
    ASSERT_EQ(all.size(), 1u);
    ASSERT_EQ(all[0].series.size(), 1u);
    EXPECT_EQ(all[0].series[0].values, (Values{3, 7}));
    EXPECT_EQ(all[0].program_hash, testing::kProgram);
}

TEST(Measured, LeavesOutFailedProcessesAndKeepsTheirErrors) {
    auto run = record("run");
    add(run, benchmark("memory", "read"), {1, 2, 3});
    run.processes[1].error = "check failed";
    const auto all = measured(run);
    EXPECT_EQ(all[0].series[0].values, (Values{1, 3}));
    EXPECT_EQ(all[0].errors, std::vector<std::string>{"check failed"});
}

TEST(Measured, KeepsTheOrderOfMetricsAndPutsUndescribedOnesLast) {
    auto run = record("run");
    auto read = benchmark("memory", "read");
    read.metrics.push_back({"bytes_per_second", "B/s", model::Direction::higher});
    run.benchmarks = {read};
    add_process(run, read, {"another", "1", model::Direction::lower}, {1});
    add_process(run, read, read.metrics[1], {2});
    const auto all = measured(run);
    ASSERT_EQ(all[0].series.size(), 3u);
    EXPECT_EQ(all[0].series[0].metric.name, "time");
    EXPECT_EQ(all[0].series[1].metric.name, "bytes_per_second");
    EXPECT_EQ(all[0].series[2].metric.name, "another");
    EXPECT_TRUE(all[0].series[0].values.empty());
}

TEST(Measured, IsSortedByBenchmark) {
    auto run = record("run");
    add(run, benchmark("memory", "write"), {1});
    add(run, benchmark("cpu", "fib"), {2});
    const auto all = measured(run);
    EXPECT_EQ(all[0].benchmark.id, "cpu/fib");
    EXPECT_EQ(find(all, "memory/write"), &all[1]);
    EXPECT_EQ(find(all, "memory/read"), nullptr);
}

TEST(RoleOf, TheFirstMetricOfABenchmarkDecidesOrControls) {
    EXPECT_EQ(role_of(benchmark("memory", "read"), 0), model::Role::deciding);
    EXPECT_EQ(role_of(benchmark("memory", "raw", {"reference"}), 0), model::Role::reference);
    EXPECT_EQ(role_of(benchmark("memory", "raw", {"reference"}), 1), model::Role::shown);
}

TEST(Merged, HoldsTheProcessesOfAllRuns) {
    auto first = record("run-1");
    add(first, benchmark("memory", "read"), {1, 2});
    auto second = record("run-2");
    add(second, benchmark("memory", "read"), {3});
    add(second, benchmark("memory", "write"), {9});
    const model::RunRecord runs[] = {first, second};
    const auto all = merged(runs);
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].series[0].values, (Values{3, 1, 2}));
    EXPECT_EQ(all[1].series[0].values, Values{9});
}

TEST(Merged, LeavesOutRunsOfAnotherDefinition) {
    auto first = record("run-1");
    add(first, benchmark("memory", "read"), {1, 2});
    auto second = record("run-2");
    auto changed = benchmark("memory", "read");
    changed.definition_version = 2;
    add(second, changed, {3});
    const model::RunRecord runs[] = {first, second};
    const auto all = merged(runs);
    EXPECT_EQ(all[0].benchmark.definition_version, 2);
    EXPECT_EQ(all[0].series[0].values, Values{3});
}

}  // namespace
}  // namespace harness::judge
