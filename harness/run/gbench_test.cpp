#include "harness/run/gbench.h"

#include <gmock/gmock.h>

namespace harness::run {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
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
    const auto output = parse_gbench(R"({"benchmarks": [{"name": "a_mean", "run_type": "aggregate"}]})");
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

TEST(ParseGbench, RefusesWhatIsNotJson) {
    EXPECT_EQ(message_for(""), "its output is not JSON");
    EXPECT_EQ(message_for(R"({"benchmarks": [)"), "its output is not JSON");
    EXPECT_EQ(message_for(R"({"benchmarks": [{"name": "a", "cpu_time": NaN}]})"), "its output is not JSON");
    EXPECT_EQ(message_for(std::string(100'000, '[')), "its output is not JSON");
}

TEST(ParseGbench, RefusesOtherJson) {
    EXPECT_THAT(message_for("3"), HasSubstr("'benchmarks' is missing"));
    EXPECT_THAT(message_for("[]"), HasSubstr("'benchmarks' is missing"));
    EXPECT_THAT(message_for(R"({"benchmarks": {}})"), HasSubstr("'benchmarks' is missing"));
    EXPECT_THAT(message_for(R"({"benchmarks": [1]})"), HasSubstr("not an object"));
}

TEST(ParseGbench, RefusesRowsThatCannotBe) {
    const auto row = [](std::string_view fields) {
        return message_for(fmt::format(R"({{"benchmarks": [{{{}}}]}})", fields));
    };
    EXPECT_EQ(row(R"("iterations": 1)"), "its output has a result without a name");
    EXPECT_EQ(row(R"("name": "a", "time_unit": "h")"), "its output has a result with time unit 'h'");
    EXPECT_EQ(row(R"("name": "a", "time_unit": "ns", "real_time": 1)"),
              "its output has a result without 'cpu_time'");
    EXPECT_EQ(row(R"("name": "a", "time_unit": "ns", "real_time": -1, "cpu_time": 1, "iterations": 1)"),
              "its output has a result whose 'real_time' is -1");
    EXPECT_EQ(row(R"("name": "a", "time_unit": "ns", "real_time": 1, "cpu_time": 1, "iterations": 0)"),
              "its output has a result without iterations");
    EXPECT_EQ(row(R"("name": "a", "time_unit": "ns", "real_time": 1, "cpu_time": 1, "iterations": "many")"),
              "its output has a result without iterations");
}

}  // namespace
}  // namespace harness::run
