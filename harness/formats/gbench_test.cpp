#include "harness/formats/gbench.h"

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

// A file of these rows.
std::string file(const std::string& rows, const std::string& context = "{}") {
    return fmt::format("{{\n\"context\": {},\n\"benchmarks\": [\n{}\n]}}", context, rows);
}

// A measurement of 1 in its unit.
std::string row(const std::string& name, const std::string& more = "", const std::string& unit = "ns",
                const std::string& time = "1") {
    return fmt::format(
        R"({{"name": "{}", "iterations": 10, "real_time": 9, "cpu_time": {}, "time_unit": "{}"{}}})", name,
        time, unit, more);
}

TEST(ReadGbench, ReadsWhatTheFileSaysOfItself) {
    const model::RunRecord record = run_of(file(row("BM_a"), R"({"date": "2026-02-03T04:04:06+00:00",
        "host_name": "h", "executable": "./x", "num_cpus": 8, "mhz_per_cpu": 2800, "caches": [],
        "revision": "abc", "compiler": "GCC 12", "flags": "-O2", "cpu_model": "Fast CPU"})"),
                                           "out/speed.json");
    EXPECT_EQ(record.run.started_ns, 1'770'091'446'000'000'000);
    EXPECT_EQ(record.run.machine.cpu_model, "Fast CPU");
    EXPECT_EQ(record.run.machine.cores, 8);
    EXPECT_EQ(record.builds.at(0).revision, "abc");
    EXPECT_EQ(record.builds.at(0).compiler, "GCC 12");
    EXPECT_EQ(record.builds.at(0).flags, "-O2");
    EXPECT_THAT(samples_of(record), ElementsAre("speed/BM_a #0 time ns lower 1 x10"));
    EXPECT_EQ(record.benchmarks.at(0).time_source, model::TimeSource::cpu);
}

TEST(ReadGbench, WithoutAModelTheMachineIsImported) {
    EXPECT_EQ(run_of(file(row("a"))).run.machine, unknown_machine());
}

TEST(ReadGbench, ConvertsItsUnits) {
    EXPECT_THAT(samples_of(run_of(file(row("n") + "," + row("u", "", "us") + "," + row("m", "", "ms") + "," +
                                       row("s", "", "s")))),
                ElementsAre("file/n #0 time ns lower 1 x10", "file/u #0 time ns lower 1000 x10",
                            "file/m #0 time ns lower 1000000 x10", "file/s #0 time ns lower 1000000000 x10"));
}

TEST(ReadGbench, RepetitionsAreSamplesOfOneProcess) {
    const std::string text =
        file(row("a", R"(, "run_name": "a", "run_type": "iteration", "repetition_index": 0)") + "," +
             row("a", R"(, "run_name": "a", "run_type": "iteration", "repetition_index": 1)", "ns", "2") +
             "," + row("a_median", R"(, "run_name": "a", "run_type": "aggregate",
                                      "aggregate_name": "median")"));
    EXPECT_THAT(samples_of(run_of(text)),
                ElementsAre("file/a #0 time ns lower 1 x10", "file/a #0 time ns lower 2 x10"));
    EXPECT_THAT(imported(text).notes, IsEmpty());
}

TEST(ReadGbench, RepetitionsOfOurOwnExportAreProcesses) {
    const std::string text = file(row("cpu/a", R"(, "repetition_index": 0)") + "," +
                                      row("cpu/a", R"(, "repetition_index": 1)", "ns", "2"),
                                  R"({"vmbench_replicate": "process"})");
    EXPECT_THAT(samples_of(run_of(text)),
                ElementsAre("cpu/a #0 time ns lower 1 x10", "cpu/a #1 time ns lower 2 x10"));
}

TEST(ReadGbench, FailuresOfOurOwnExportComeBack) {
    const model::RunRecord record =
        run_of(file(row("cpu/a", R"(, "repetition_index": 0)"), R"({"vmbench_replicate": "process",
        "vmbench_failed": [{"name": "cpu/a", "repetition_index": 1, "error_message": "crashed"}]})"));
    ASSERT_EQ(record.processes.size(), 2U);
    EXPECT_EQ(record.processes[1].error, "crashed");
}

TEST(ReadGbench, KeepsSuffixesAndTakesTheTimeTheyAskFor) {
    const model::RunRecord record =
        run_of(file(row("a/8/iterations:100/repeats:3/process_time/threads:2") + "," + row("b/real_time") +
                    "," + row("c/manual_time/threads:4") + "," + row("real_time_of_day")));
    EXPECT_THAT(samples_of(record),
                ElementsAre("file/a/8/iterations:100/repeats:3/process_time/threads:2 #0 time ns lower 1 x10",
                            "file/b/real_time #0 time ns lower 9 x10",
                            "file/c/manual_time/threads:4 #0 time ns lower 9 x10",
                            "file/real_time_of_day #0 time ns lower 1 x10"));
    EXPECT_EQ(record.benchmarks.at(1).time_source, model::TimeSource::real);
    EXPECT_EQ(record.benchmarks.at(2).time_source, model::TimeSource::manual);
}

TEST(ReadGbench, TwoFamiliesOfOneNameAreTwoBenchmarks) {
    const std::string first = R"(, "family_index": 0, "per_family_instance_index": 0)";
    const std::string second = R"(, "family_index": 1, "per_family_instance_index": 0)";
    EXPECT_THAT(samples_of(run_of(file(row("a", first) + "," + row("a", second, "ns", "2") + "," +
                                       row("a", first, "ns", "3")))),
                ElementsAre("file/a #0 time ns lower 1 x10", "file/a #0 time ns lower 3 x10",
                            "file/a#2 #0 time ns lower 2 x10"));
}

TEST(ReadGbench, AggregatesOnlyAreOneValueEach) {
    const auto aggregate = [](const std::string& of, const std::string& name, const std::string& time) {
        return row(
            of + "_" + name,
            fmt::format(R"(, "run_name": "{}", "run_type": "aggregate", "aggregate_name": "{}")", of, name),
            "ns", time);
    };
    const Imported result =
        imported(file(aggregate("a", "mean", "5") + "," + aggregate("a", "median", "4") + "," +
                      aggregate("a", "stddev", "1") + "," + aggregate("b", "mean", "6")));
    EXPECT_THAT(samples_of(result.runs.at(0)),
                ElementsAre("file/a #0 time ns lower 4 x10", "file/b #0 time ns lower 6 x10"));
    EXPECT_THAT(result.notes,
                ElementsAre("2 benchmarks of aggregates only: one value each, not a sample of several"));
}

TEST(ReadGbench, FindsAggregatesWithoutRunType) {
    EXPECT_THAT(samples_of(run_of(file(row("a") + "," + row("a", "", "ns", "3") + "," +
                                       row("a_mean", "", "ns", "2") + "," + row("a_stddev", "", "ns", "1")))),
                ElementsAre("file/a #0 time ns lower 1 x10", "file/a #0 time ns lower 3 x10"));
    EXPECT_THAT(samples_of(run_of(file(row("b_mean", "", "ns", "2") + "," + row("b_median", "", "ns", "3") +
                                       "," + row("b_stddev", "", "ns", "1")))),
                ElementsAre("file/b #0 time ns lower 3 x10"));
}

TEST(ReadGbench, ANameThatEndsLikeAnAggregateIsNone) {
    EXPECT_THAT(samples_of(run_of(file(row("sort") + "," + row("sort_median")))),
                ElementsAre("file/sort #0 time ns lower 1 x10", "file/sort_median #0 time ns lower 1 x10"));
}

TEST(ReadGbench, LeavesFitsOut) {
    EXPECT_THAT(samples_of(run_of(file(row("a/8") + R"(, {"name": "a_BigO", "cpu_coefficient": 1.5,
        "real_coefficient": 1.5, "big_o": "N", "time_unit": "ns"}, {"name": "a_RMS", "rms": 0.02})"))),
                ElementsAre("file/a/8 #0 time ns lower 1 x10"));
}

TEST(ReadGbench, KeepsRatesAndMemoryAndLeavesUnknownCountersOut) {
    const Imported result = imported(file(row(
        "a",
        R"(, "bytes_per_second": 4e9, "items_per_second": 5, "hits": 3, "max_bytes_used": 64, "bad": NaN)")));
    EXPECT_THAT(
        samples_of(result.runs.at(0)),
        ElementsAre("file/a #0 time ns lower 1 x10", "file/a #0 bytes_per_second B/s higher 4000000000 x10",
                    "file/a #0 items_per_second 1/s higher 5 x10",
                    "file/a #0 max_bytes_used B lower 64 x10"));
    EXPECT_THAT(
        result.notes,
        ElementsAre("left out, because nothing says whether more or less is better: hits (--metric does)"));
}

TEST(ReadGbench, KeepsCountersOfWhichTheUserSaysTheDirection) {
    Options options;
    options.metrics = {{"hits", "1", model::Direction::higher}};
    const Imported result = imported(file(row("a", R"(, "hits": 3)")), "file.json", options);
    EXPECT_THAT(samples_of(result.runs.at(0)),
                ElementsAre("file/a #0 time ns lower 1 x10", "file/a #0 hits 1 higher 3 x10"));
    EXPECT_THAT(result.notes, IsEmpty());
}

TEST(ReadGbench, StoresFailuresByNameAndSaysWhatWasSkipped) {
    const Imported result =
        imported(file(R"({"name": "a", "error_occurred": true, "error_message": "sum is 3"},
                         {"name": "b", "skipped": true, "skip_message": "no device"},)" +
                      row("c", "", "ns", "0")));
    ASSERT_EQ(result.runs.at(0).processes.size(), 2U);
    EXPECT_EQ(result.runs.at(0).processes[0].error, "sum is 3");
    EXPECT_EQ(result.runs.at(0).processes[1].error, "it reported a time of 0: nothing was measured");
    EXPECT_THAT(result.notes, ElementsAre("left out, skipped by the program: 1"));
}

TEST(ReadGbench, NamesFileLineAndField) {
    EXPECT_EQ(message_of(file("{\"name\": \"a\",\n\"iterations\": 1}")),
              "file.txt:4: benchmarks[0].time_unit is missing");
    EXPECT_EQ(message_of(file(row("a") + ",\n" + row("b", "", "h"))),
              "file.txt:5: benchmarks[1].time_unit must be ns, us, ms or s");
    EXPECT_EQ(message_of(file(row("a", "", "ns", "-1"))),
              "file.txt:4: benchmarks[0].cpu_time is -1, less than zero");
    EXPECT_EQ(message_of(file(row("a", "", "ns", "\"1\""))),
              "file.txt:4: benchmarks[0].cpu_time must be a number");
    EXPECT_EQ(message_of(file(R"({"iterations": 1})")), "file.txt:4: benchmarks[0].name is missing");
    EXPECT_EQ(message_of(file("3")), "file.txt:4: benchmarks[0] must be an object");
    EXPECT_EQ(message_of("{\"context\": {},\n\"benchmarks\": [{\"name\": \"a\""),
              "file.txt:2: not valid JSON");
    EXPECT_EQ(message_of(file("")), "file.txt: it holds no results");
}

}  // namespace
}  // namespace harness::formats
