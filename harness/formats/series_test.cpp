#include "harness/formats/series.h"

#include <gmock/gmock.h>

#include "harness/formats/testing.h"

namespace harness::formats {
namespace {

using ::testing::ElementsAre;
using testing::imported;
using testing::message_of;
using testing::run_of;
using testing::samples_of;

TEST(ReadSeries, NeedsABenchmarkAndAValue) {
    EXPECT_THAT(samples_of(run_of("value,benchmark\n1.5,cpu/fib\n2,plain\n", "nights.csv")),
                ElementsAre("cpu/fib #0 time ns lower 1.5 x0", "nights/plain #0 time ns lower 2 x0"));
}

TEST(ReadSeries, LinesWithoutAProcessAreOfOneProcess) {
    EXPECT_THAT(samples_of(run_of("benchmark,value\ns/a,1\ns/a,2\n")),
                ElementsAre("s/a #0 time ns lower 1 x0", "s/a #0 time ns lower 2 x0"));
    EXPECT_THAT(
        samples_of(run_of("benchmark,value,process\ns/a,1,x\ns/a,2,y\ns/a,3,x\n")),
        ElementsAre("s/a #0 time ns lower 1 x0", "s/a #0 time ns lower 3 x0", "s/a #1 time ns lower 2 x0"));
}

TEST(ReadSeries, TimesRevisionsAndMachinesAreRunsInOrder) {
    const Imported result = imported(
        "benchmark,value,time,revision,machine\ns/a,2,2026-02-03T04:04:07Z,b,M\ns/a,1,1770091446,a,M\n");
    ASSERT_EQ(result.runs.size(), 2U);
    EXPECT_EQ(result.runs[0].run.started_ns, 1'770'091'446'000'000'000);
    EXPECT_EQ(result.runs[0].builds.at(0).revision, "a");
    EXPECT_EQ(result.runs[0].run.machine.cpu_model, "M");
    EXPECT_EQ(result.runs[1].run.started_ns, 1'770'091'447'000'000'000);
    EXPECT_NE(result.runs[0].run.id, result.runs[1].run.id);
}

TEST(ReadSeries, AFileThatGrewHoldsTheEarlierRunsStill) {
    const std::string before = "benchmark,value,time\ns/a,1,1\n";
    EXPECT_EQ(imported(before + "s/a,2,2\n").runs.at(0).run.id, imported(before).runs.at(0).run.id);
}

TEST(ReadSeries, ReadsEveryColumn) {
    EXPECT_THAT(
        samples_of(run_of("benchmark,metric,value,unit,direction,iterations\n"
                          "s/a,time,3,ms,lower,10\ns/a,bytes_per_second,5,,,\ns/a,size,7,B,lower,\n")),
        ElementsAre("s/a #0 time ns lower 3000000 x10", "s/a #0 bytes_per_second B/s higher 5 x0",
                    "s/a #0 size B lower 7 x0"));
}

TEST(ReadSeries, NamesFileLineAndField) {
    const std::string head = "benchmark,metric,value,unit,direction,iterations,time\n";
    const auto line = [&](const std::string& text) { return message_of(head + text + "\n"); };
    EXPECT_EQ(line("s/a,time,fast,,,,"), "file.txt:2: value: 'fast' must be a number");
    EXPECT_EQ(line("s/a,time,0,,,,"), "file.txt:2: value: a time must be above 0");
    EXPECT_EQ(line(",time,1,,,,"), "file.txt:2: benchmark: must not be empty");
    EXPECT_EQ(line("/a,time,1,,,,"),
              "file.txt:2: benchmark: '/a' must be SUITE/CASE, with a suite of letters, digits, _ - .");
    EXPECT_EQ(line("../a,time,1,,,,"),
              "file.txt:2: benchmark: '../a' must be SUITE/CASE, with a suite of letters, digits, _ - .");
    EXPECT_EQ(line("s/a,time,1,parsec,,,"), "file.txt:2: unit: 'parsec' is no unit of time");
    EXPECT_EQ(line("s/a,size,1,,lower,,"), "file.txt:2: unit: metric 'size' needs one");
    EXPECT_EQ(line("s/a,size,1,B,,,"), "file.txt:2: direction: metric 'size' needs lower or higher");
    EXPECT_EQ(line("s/a,size,1,B,up,,"),
              "file.txt:2: direction: unknown direction 'up' (known: lower, higher)");
    EXPECT_EQ(line("s/a,time,1,,,1.5,"), "file.txt:2: iterations: '1.5' must be a whole number");
    EXPECT_EQ(line("s/a,time,1,,,,soon"), "file.txt:2: time: 'soon' must be as 2026-02-03T04:05:06Z");
    EXPECT_EQ(line("s/a,time,1"), "file.txt:2: 3 fields, the header has 7");
    EXPECT_EQ(line("s/a,\"time,1,,,,"), "file.txt:2: a quoted field is not closed");
    EXPECT_EQ(
        message_of("benchmark,value,colour\n"),
        "file.txt:1: unknown column 'colour' (known: benchmark, value, metric, unit, direction, process, "
        "iterations, time, revision, machine)");
    EXPECT_EQ(message_of("benchmark,value,value\n"), "file.txt:1: column 'value' is there twice");
    EXPECT_EQ(message_of("benchmark,metric\n", "file.txt", "csv"), "file.txt:1: column 'value' is missing");
    EXPECT_EQ(message_of("", "file.txt", "csv"), "file.txt:1: the file is empty");
}

}  // namespace
}  // namespace harness::formats
