#include "harness/formats/gobench.h"

#include <gmock/gmock.h>

#include "harness/formats/testing.h"

namespace harness::formats {
namespace {

using ::testing::ElementsAre;
using testing::imported;
using testing::message_of;
using testing::run_of;
using testing::samples_of;

constexpr const char* kHead = "goos: linux\ngoarch: amd64\npkg: example.com/mod/parse\ncpu: Fast CPU\n";

TEST(ReadGobench, ReadsWhatGoTestPrints) {
    const model::RunRecord record =
        run_of(std::string(kHead) +
               "commit: abc\nBenchmarkJSON/n=10-8 \t 1000\t 12.5 ns/op\t 8.5 MB/s\t 16 "
               "B/op\t 2 allocs/op\nPASS\nok  \texample.com/mod/parse\t1.2s\n");
    EXPECT_THAT(samples_of(record),
                ElementsAre("example.com.mod.parse/JSON/n=10-8 #0 time ns lower 12.5 x1000",
                            "example.com.mod.parse/JSON/n=10-8 #0 bytes_per_second B/s higher 8500000 x1000",
                            "example.com.mod.parse/JSON/n=10-8 #0 bytes_per_op B lower 16 x1000",
                            "example.com.mod.parse/JSON/n=10-8 #0 allocs_per_op allocs lower 2 x1000"));
    EXPECT_EQ(record.run.machine.cpu_model, "Fast CPU");
    EXPECT_EQ(record.builds.at(0).revision, "abc");
}

TEST(ReadGobench, CountsOfOneProcessAreItsSamples) {
    EXPECT_THAT(samples_of(run_of("BenchmarkA 10 1 ns/op\nBenchmarkA 10 2 ns/op\n", "old.txt")),
                ElementsAre("old/A #0 time ns lower 1 x10", "old/A #0 time ns lower 2 x10"));
}

TEST(ReadGobench, EachHeadIsAnotherProcess) {
    const std::string once = std::string(kHead) + "BenchmarkA-8 10 1 ns/op\nPASS\n";
    EXPECT_THAT(samples_of(run_of(once + once)),
                ElementsAre("example.com.mod.parse/A-8 #0 time ns lower 1 x10",
                            "example.com.mod.parse/A-8 #1 time ns lower 1 x10"));
}

TEST(ReadGobench, PackagesWithTheSameLastPartAreDifferentSuites) {
    EXPECT_THAT(samples_of(run_of("pkg: a/x\nBenchmarkA 10 1 ns/op\npkg: b/x\nBenchmarkA 10 2 ns/op\n")),
                ElementsAre("a.x/A #0 time ns lower 1 x10", "b.x/A #0 time ns lower 2 x10"));
}

TEST(ReadGobench, ProcessorCountsAreDifferentBenchmarks) {
    EXPECT_THAT(samples_of(run_of("BenchmarkA 10 4 ns/op\nBenchmarkA-2 10 2 ns/op\n")),
                ElementsAre("file/A #0 time ns lower 4 x10", "file/A-2 #0 time ns lower 2 x10"));
}

TEST(ReadGobench, UnitLinesGiveTheDirection) {
    const Imported result = imported(
        "BenchmarkA 10 1 ns/op 5 hits/op 7 misses 3 size\nUnit hits/op better=higher assume=nothing\nUnit "
        "size "
        "better=lower\n");
    EXPECT_THAT(samples_of(result.runs.at(0)),
                ElementsAre("file/A #0 time ns lower 1 x10", "file/A #0 hits/op hits/op higher 5 x10",
                            "file/A #0 size size lower 3 x10"));
    EXPECT_THAT(
        result.notes,
        ElementsAre("left out, because nothing says whether more or less is better: misses (--metric does)"));
}

TEST(ReadGobench, IgnoresOtherLines) {
    EXPECT_THAT(samples_of(run_of("=== RUN   BenchmarkA\nBenchmarkA\nBenchmarking is fun\n--- FAIL\n"
                                  "BenchmarkA 10 1 ns/op\r\n")),
                ElementsAre("file/A #0 time ns lower 1 x10"));
}

TEST(ReadGobench, NamesFileLineAndField) {
    const std::string good = "BenchmarkA 10 1 ns/op\n";
    EXPECT_EQ(message_of(good + "BenchmarkB many 1 ns/op\n"),
              "file.txt:2: iterations: 'many' must be a whole number above 0");
    EXPECT_EQ(message_of(good + "BenchmarkB 10\n"), "file.txt:2: a result needs a value and its unit");
    EXPECT_EQ(message_of(good + "BenchmarkB 10 1 ns/op 3\n"), "file.txt:2: '3' has no unit");
    EXPECT_EQ(message_of(good + "BenchmarkB 10 fast ns/op\n"), "file.txt:2: ns/op: 'fast' must be a number");
    EXPECT_EQ(message_of(good + "BenchmarkB 10 0 ns/op\n"), "file.txt:2: ns/op: must be above 0");
    EXPECT_EQ(message_of(good + "Unit hits better=up\n"),
              "file.txt:2: better: unknown direction 'up' (known: lower, higher)");
    EXPECT_EQ(message_of(good + "Unit hits better=higher\nUnit hits better=lower\n"),
              "file.txt:3: better: unit hits had the other direction before");
    EXPECT_EQ(message_of(good + "Unit\n"), "file.txt:2: unit is missing");
    EXPECT_EQ(message_of(good + "Unit x y\n"), "file.txt:2: 'y' must be KEY=VALUE");
}

}  // namespace
}  // namespace harness::formats
