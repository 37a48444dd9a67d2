#include "harness/formats/hyperfine.h"

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

TEST(ReadHyperfine, EachTimedRunIsAProcess) {
    const Imported result = imported(R"({"results": [{"command": "sort x", "mean": 1.5, "stddev": 0.5,
        "median": 1.5, "user": 1.0, "system": 0.25, "min": 1, "max": 2, "times": [1, 2],
        "memory_usage_byte": [4096, 8192], "exit_codes": [0, 3]}]})",
                                     "sort.json");
    const model::RunRecord& record = result.runs.at(0);
    EXPECT_THAT(samples_of(record), ElementsAre("sort/sort x #0 time ns lower 1000000000 x1",
                                                "sort/sort x #0 peak_memory B lower 4096 x1",
                                                "sort/sort x #1 time ns lower 2000000000 x1",
                                                "sort/sort x #1 peak_memory B lower 8192 x1"));
    EXPECT_EQ(record.processes.at(1).exit_status, 3);
    EXPECT_EQ(record.processes.at(1).error, "");
    EXPECT_EQ(record.processes.at(1).duration_ns, 2'000'000'000);
    EXPECT_EQ(record.processes.at(1).max_rss_bytes, 8192);
    EXPECT_EQ(record.benchmarks.at(0).time_source, model::TimeSource::real);
    EXPECT_EQ(record.run.machine, unknown_machine());
    EXPECT_THAT(result.notes,
                ElementsAre("left out: user and system times, of which the file has only means"));
}

TEST(ReadHyperfine, ARunThatASignalEndedFailed) {
    EXPECT_EQ(run_of(R"({"results": [{"command": "x", "times": [1], "exit_codes": [null]}]})")
                  .processes.at(0)
                  .error,
              "ended by a signal");
}

TEST(ReadHyperfine, ParametersThatTheCommandHidesArePartOfTheName) {
    EXPECT_THAT(samples_of(run_of(R"({"results": [
        {"command": "build", "times": [1], "parameters": {"threads": "2"}},
        {"command": "make -j 4", "times": [1], "parameters": {"threads": "4"}}]})")),
                ElementsAre("file/build threads=2 #0 time ns lower 1000000000 x1",
                            "file/make -j 4 #0 time ns lower 1000000000 x1"));
}

TEST(ReadHyperfine, ReadsTheSecondSchema) {
    const Imported result = imported(R"({"schema_version": 2, "metadata": {"hyperfine_version": "2.0.0",
        "start_time": "2026-02-03T04:04:06Z", "platform": {"os": "Linux", "architecture": "x86_64"}},
        "primary_metric": "time_wall_clock", "results": [{"command": "sleep 1", "name": "one",
        "measurements": [{"time_wall_clock": {"value": 1, "unit": "second"},
        "time_cpu": {"value": 0.5, "unit": "second"}, "time_user": {"value": 0.25, "unit": "second"},
        "time_system": {"value": 0.125, "unit": "second"}, "memory_peak_resident": {"value": 64, "unit": "byte"},
        "exit_code": 0}], "parameters": {"n": {"value": "7", "is_unused": true}}}]})");
    EXPECT_THAT(samples_of(result.runs.at(0)),
                ElementsAre("file/one n=7 #0 time ns lower 1000000000 x1",
                            "file/one n=7 #0 user_time ns lower 250000000 x1",
                            "file/one n=7 #0 system_time ns lower 125000000 x1",
                            "file/one n=7 #0 peak_memory B lower 64 x1"));
    EXPECT_EQ(result.runs.at(0).run.started_ns, 1'770'091'446'000'000'000);
    EXPECT_EQ(result.runs.at(0).processes.at(0).user_ns, 250'000'000);
    EXPECT_THAT(result.notes, IsEmpty());
}

TEST(ReadHyperfine, WithoutTimesItIsAnAggregate) {
    const Imported result =
        imported(R"({"results": [{"command": "x", "mean": 2, "median": 1.5}, {"command": "y", "mean": 3}]})");
    EXPECT_THAT(samples_of(result.runs.at(0)), ElementsAre("file/x #0 time ns lower 1500000000 x1",
                                                           "file/y #0 time ns lower 3000000000 x1"));
    EXPECT_THAT(result.notes,
                ElementsAre("2 benchmarks of aggregates only: one value each, not a sample of several"));
}

TEST(ReadHyperfine, NamesFileLineAndField) {
    EXPECT_EQ(message_of("{\"results\": [\n{\"command\": \"x\",\n \"times\": [1, \"2\"]}]}"),
              "file.txt:3: results[0].times[1] must be a number");
    EXPECT_EQ(message_of("{\"results\": [\n{\"command\": \"x\",\n \"times\": [1, 0]}]}"),
              "file.txt:3: results[0].times[1] must be above 0");
    EXPECT_EQ(message_of(R"({"results": [{"command": "x", "times": [1], "exit_codes": [0, 0]}]})"),
              "file.txt:1: results[0].exit_codes has 2 values for 1 times");
    EXPECT_EQ(message_of(R"({"results": [{"command": "x"}]})"), "file.txt:1: results[0].mean is missing");
    EXPECT_EQ(message_of(R"({"results": [{"command": "x", "measurements": [
        {"time_wall_clock": {"value": 1, "unit": "minute"}}]}]})"),
              "file.txt:2: results[0].measurements[0].time_wall_clock.unit must be second");
    EXPECT_EQ(message_of(R"({"schema_version": 3, "results": [{"command": "x", "times": [1]}]})"),
              "file.txt:1: schema_version is newer than 2, which this vmbench reads");
}

}  // namespace
}  // namespace harness::formats
