#include "harness/formats/jmh.h"

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

std::string result(const std::string& mode, const std::string& primary, const std::string& more = "") {
    return fmt::format(
        "[\n{{\"benchmark\": \"org.Fib.run\", \"mode\": \"{}\", \"threads\": 1, \"forks\": "
        "2,\n\"primaryMetric\": {}{}}}]",
        mode, primary, more);
}

TEST(ReadJmh, EachForkIsAProcess) {
    const Imported read =
        imported(result("avgt", R"({"score": 2.5, "scoreError": "NaN", "scoreUnit": "us/op",
        "rawData": [[1, 2], [3, 4]]})",
                        R"(, "vmName": "OpenJDK", "vmVersion": "17+35", "jvmArgs": ["-Xmx1g", "-ea"],
        "params": {"n": "10", "kind": "a"})"),
                 "fib.json");
    EXPECT_THAT(samples_of(read.runs.at(0)),
                ElementsAre("fib/org.Fib.run:avgt:kind=a,n=10 #0 time ns lower 1000 x0",
                            "fib/org.Fib.run:avgt:kind=a,n=10 #0 time ns lower 2000 x0",
                            "fib/org.Fib.run:avgt:kind=a,n=10 #1 time ns lower 3000 x0",
                            "fib/org.Fib.run:avgt:kind=a,n=10 #1 time ns lower 4000 x0"));
    EXPECT_EQ(read.runs.at(0).builds.at(0).compiler, "OpenJDK 17+35");
    EXPECT_EQ(read.runs.at(0).builds.at(0).flags, "-Xmx1g -ea");
    EXPECT_THAT(read.notes, IsEmpty());
}

TEST(ReadJmh, ThroughputIsBetterWhenItIsMore) {
    EXPECT_THAT(
        samples_of(run_of(result("thrpt", R"({"score": 2, "scoreUnit": "ops/ms", "rawData": [[2]]})"))),
        ElementsAre("file/org.Fib.run:thrpt #0 ops_per_second 1/s higher 2000 x0"));
}

TEST(ReadJmh, SampledTimesAreTheMeansOfTheirIterations) {
    EXPECT_THAT(samples_of(run_of(result("sample", R"({"score": 2, "scoreUnit": "ns/op",
        "rawDataHistogram": [[[[1, 3], [5, 1]], [[4, 2]]]]})"))),
                ElementsAre("file/org.Fib.run:sample #0 time ns lower 2 x4",
                            "file/org.Fib.run:sample #0 time ns lower 4 x2"));
}

TEST(ReadJmh, WithoutRawDataItIsAnAggregate) {
    const Imported read = imported(result("ss", R"({"score": 2, "scoreUnit": "s/op", "rawData": [[]]})"));
    EXPECT_THAT(samples_of(read.runs.at(0)),
                ElementsAre("file/org.Fib.run:ss #0 time ns lower 2000000000 x0"));
    EXPECT_THAT(read.notes,
                ElementsAre("1 benchmark of aggregates only: one value each, not a sample of several"));
}

TEST(ReadJmh, FurtherMetricsNeedAUnitThatSaysWhatIsBetter) {
    const std::string text = result("avgt", R"({"score": 1, "scoreUnit": "ns/op", "rawData": [[1]]})",
                                    R"(, "secondaryMetrics": {
        "gc.alloc.rate": {"score": 3, "scoreUnit": "MB/sec", "rawData": [[3]]},
        "read": {"score": 5, "scoreUnit": "ns/op", "rawData": [[5]]}})");
    const Imported read = imported(text);
    EXPECT_THAT(samples_of(read.runs.at(0)), ElementsAre("file/org.Fib.run:avgt #0 time ns lower 1 x0",
                                                         "file/org.Fib.run:avgt #0 read ns lower 5 x0"));
    EXPECT_THAT(read.notes, ElementsAre("left out, because nothing says whether more or less is better: "
                                        "gc.alloc.rate (--metric does)"));
    Options options;
    options.metrics = {{"gc.alloc.rate", "MB/s", model::Direction::lower}};
    EXPECT_THAT(samples_of(run_of(text, "file.json", options)),
                ElementsAre("file/org.Fib.run:avgt #0 time ns lower 1 x0",
                            "file/org.Fib.run:avgt #0 gc.alloc.rate MB/s lower 3 x0",
                            "file/org.Fib.run:avgt #0 read ns lower 5 x0"));
}

TEST(ReadJmh, NamesFileLineAndField) {
    EXPECT_EQ(message_of(result("avgt", R"({"scoreUnit": "ns/op", "rawData": [["NaN"]]})")),
              "file.txt:3: [0].primaryMetric.rawData[0][0] must be a number");
    EXPECT_EQ(message_of(result("avgt", R"({"scoreUnit": "ns/op", "rawData": [[0]]})")),
              "file.txt:3: [0].primaryMetric.rawData[0][0] must be above 0");
    EXPECT_EQ(message_of(result("avgt", R"({"scoreUnit": "bogus", "rawData": [[1]]})")),
              "file.txt:3: [0].primaryMetric.scoreUnit must be a time per op or ops per time");
    EXPECT_EQ(message_of(result("avgt", R"({"scoreUnit": "ns/op"})")),
              "file.txt:3: [0].primaryMetric.score is missing");
    EXPECT_EQ(message_of("[{\"benchmark\": \"a\",\n\"primaryMetric\": {}}]"),
              "file.txt:1: [0].mode is missing");
    EXPECT_EQ(message_of(result("sample", R"({"scoreUnit": "ns/op", "rawDataHistogram": [[[[1]]]]})")),
              "file.txt:3: [0].primaryMetric.rawDataHistogram[0][0][0] must be a value and its count");
}

}  // namespace
}  // namespace harness::formats
