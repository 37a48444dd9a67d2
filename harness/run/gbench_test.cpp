#include "harness/run/gbench.h"

#include <gmock/gmock.h>

namespace harness::run {
namespace {

using testing::ElementsAre;
using testing::Pair;

std::string message_for(std::string_view text) {
    const auto output = parse_gbench(text);
    return output ? "accepted" : output.error().message;
}

TEST(ParseGbench, ReadsARowWithItsCounters) {
    const auto output = parse_gbench(R"({"context": {"compiler": "GCC 12", "num_cpus": 2},
        "benchmarks": [{"name": "read/4", "run_name": "read/4", "run_type": "iteration", "repetitions": 1,
        "repetition_index": 0, "threads": 1, "iterations": 1000, "real_time": 2.5, "cpu_time": 2.25,
        "time_unit": "us", "bytes_per_second": 4e9}]})")
                            .value();
    EXPECT_THAT(output.context, ElementsAre(Pair("compiler", "GCC 12")));
    ASSERT_EQ(output.rows.size(), 1U);
    EXPECT_EQ(output.rows[0].name, "read/4");
    EXPECT_EQ(output.rows[0].iterations, 1000);
    EXPECT_DOUBLE_EQ(output.rows[0].real_ns, 2500);
    EXPECT_DOUBLE_EQ(output.rows[0].cpu_ns, 2250);
    EXPECT_THAT(output.rows[0].counters, ElementsAre(Pair("bytes_per_second", 4e9)));
}

TEST(ParseGbench, LeavesAggregatesOut) {
    const auto output = parse_gbench(
        R"({"benchmarks": [{"name": "a_cv", "run_type": "aggregate", "aggregate_name": "cv"}]})");
    EXPECT_TRUE(output.value().rows.empty());
}

TEST(ParseGbench, KeepsTheMessageOfAFailedCheck) {
    const auto output = parse_gbench(
        R"({"benchmarks": [{"name": "a", "error_occurred": true, "error_message": "sum is 3, not 4"}]})");
    EXPECT_EQ(output.value().rows[0].error, "sum is 3, not 4");
}

TEST(ParseGbench, SaysSomethingForAnErrorWithoutAMessage) {
    const auto output = parse_gbench(R"({"benchmarks": [{"name": "a", "error_occurred": true}]})");
    EXPECT_EQ(output.value().rows[0].error, "it reported an error without a message");
}

TEST(ParseGbench, TakesASkippedBenchmarkForAFailedOne) {
    const auto output = parse_gbench(R"({"benchmarks": [{"name": "a", "skipped": true}]})");
    EXPECT_EQ(output.value().rows[0].error, "it skipped itself");
}

TEST(ParseGbench, RefusesWhatIsNotJson) {
    EXPECT_EQ(message_for(""), "its output is not JSON");
    EXPECT_EQ(message_for("3"), "its output is not JSON");
    EXPECT_EQ(message_for(R"({"benchmarks": [)"), "its output is not JSON");
    EXPECT_EQ(message_for(std::string(100'000, '[')), "its output is not JSON");
}

TEST(ParseGbench, RefusesOtherJson) {
    EXPECT_EQ(message_for("[]"), "its output:1: the document must be an object");
    EXPECT_EQ(message_for("{}"), "its output:1: benchmarks is missing");
    EXPECT_EQ(message_for("{\n\"benchmarks\": {}}"), "its output:2: benchmarks must be an array");
    EXPECT_EQ(message_for(R"({"benchmarks": [1]})"), "its output:1: benchmarks[0] must be an object");
}

TEST(ParseGbench, RefusesRowsThatCannotBe) {
    const auto row = [](std::string_view fields) {
        return message_for(fmt::format(R"({{"benchmarks": [{{{}}}]}})", fields));
    };
    EXPECT_EQ(row(R"("iterations": 1)"), "its output:1: benchmarks[0].name is missing");
    EXPECT_EQ(row(R"("name": "a", "time_unit": "h")"),
              "its output:1: benchmarks[0].time_unit must be ns, us, ms or s");
    EXPECT_EQ(row(R"("name": "a", "time_unit": "ns", "real_time": 1)"),
              "its output:1: benchmarks[0].cpu_time is missing");
    EXPECT_EQ(row(R"("name": "a", "time_unit": "ns", "real_time": -1, "cpu_time": 1, "iterations": 1)"),
              "its output:1: benchmarks[0].real_time is -1, less than zero");
    EXPECT_EQ(row(R"("name": "a", "time_unit": "ns", "real_time": 1, "cpu_time": NaN, "iterations": 1)"),
              "its output:1: benchmarks[0].cpu_time must be a number");
    EXPECT_EQ(row(R"("name": "a", "time_unit": "ns", "real_time": 1, "cpu_time": 1, "iterations": 0)"),
              "its output:1: benchmarks[0].iterations must be above 0");
}

}  // namespace
}  // namespace harness::run
