#include "harness/formats/pytest_benchmark.h"

#include <gmock/gmock.h>

#include "harness/formats/testing.h"

namespace harness::formats {
namespace {

using ::testing::ElementsAre;
using testing::imported;
using ::testing::IsEmpty;
using testing::message_of;
using testing::run_of;
using testing::samples_of;

TEST(ReadPytestBenchmark, RoundsAreSamplesOfOneProcess) {
    const Imported result =
        imported(R"({"machine_info": {"node": "h", "release": "6.1.0", "python_implementation":
        "CPython", "python_version": "3.11.2", "cpu": {"brand_raw": "Fast CPU", "count": 4}},
        "commit_info": {"id": "abc", "dirty": true, "branch": "main"},
        "benchmarks": [{"group": null, "name": "test_a", "fullname": "t.py::test_a[1]", "params": {"n": 1},
        "stats": {"min": 1e-6, "median": 1.5e-6, "rounds": 2, "iterations": 5, "ops": Infinity,
        "data": [1e-6, 2e-6]}}], "datetime": "2026-02-03T04:04:06.500000+00:00", "version": "4.0.0"})",
                 "0001_base.json");
    const model::RunRecord& record = result.runs.at(0);
    EXPECT_THAT(samples_of(record), ElementsAre("0001_base/t.py::test_a[1] #0 time ns lower 1000 x5",
                                                "0001_base/t.py::test_a[1] #0 time ns lower 2000 x5"));
    EXPECT_EQ(record.processes.size(), 1U);
    EXPECT_EQ(record.run.started_ns, 1'770'091'446'500'000'000);
    EXPECT_EQ(record.run.machine.cpu_model, "Fast CPU");
    EXPECT_EQ(record.run.machine.cores, 4);
    EXPECT_EQ(record.run.machine.kernel, "6.1.0");
    EXPECT_EQ(record.builds.at(0).revision, "abc");
    EXPECT_TRUE(record.builds.at(0).dirty);
    EXPECT_EQ(record.builds.at(0).compiler, "CPython 3.11.2");
    EXPECT_THAT(result.notes, IsEmpty());
}

TEST(ReadPytestBenchmark, TheGroupIsTheSuite) {
    EXPECT_THAT(samples_of(run_of(
                    R"({"benchmarks": [{"group": "fast ones", "name": "a", "stats": {"data": [1]}}]})")),
                ElementsAre("fast_ones/a #0 time ns lower 1000000000 x0"));
}

TEST(ReadPytestBenchmark, WithoutDataItIsAnAggregate) {
    const Imported result = imported(R"({"benchmarks": [{"name": "a", "stats": {"median": 2, "mean": 3}}]})");
    EXPECT_THAT(samples_of(result.runs.at(0)), ElementsAre("file/a #0 time ns lower 2000000000 x0"));
    EXPECT_THAT(result.notes,
                ElementsAre("1 benchmark of aggregates only: one value each, not a sample of several"));
}

TEST(ReadPytestBenchmark, NamesFileLineAndField) {
    EXPECT_EQ(message_of("{\"benchmarks\": [\n{\"name\": \"a\", \"stats\":\n{\"data\": [1, null]}}]}"),
              "file.txt:3: benchmarks[0].stats.data[1] must be a number");
    EXPECT_EQ(message_of("{\"benchmarks\": [\n{\"name\": \"a\", \"stats\":\n{\"data\": []}}]}"),
              "file.txt:3: benchmarks[0].stats.data must not be empty");
    EXPECT_EQ(message_of("{\"benchmarks\": [\n{\"name\": \"a\", \"stats\":\n{}}]}"),
              "file.txt:3: benchmarks[0].stats.median is missing");
    EXPECT_EQ(message_of("{\"machine_info\": {}, \"benchmarks\": [\n{\"name\": \"a\"}]}"),
              "file.txt:2: benchmarks[0].stats is missing");
    EXPECT_EQ(
        message_of(
            "{\"benchmarks\": [{\"name\": \"a\", \"stats\": {\"data\": [1]}}],\n\"datetime\": \"now\"}"),
        "file.txt:2: datetime must be a time, as 2026-02-03T04:05:06");
}

}  // namespace
}  // namespace harness::formats
