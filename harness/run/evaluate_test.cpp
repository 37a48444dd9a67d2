#include "harness/run/evaluate.h"

#include <csignal>

#include <gmock/gmock.h>

namespace harness::run {
namespace {

using std::chrono::seconds;

model::Benchmark benchmark() {
    model::Benchmark result;
    result.id = "memory/read";
    result.suite = "memory";
    result.case_id = "read";
    result.definition_version = 3;
    result.metrics = {{"time", "ns", model::Direction::lower}, {"rate", "B/s", model::Direction::higher}};
    return result;
}

ChildReport printed(const std::string& rows, int status = 0) {
    ChildReport report;
    report.status = status;
    report.output = R"({"context": {"compiler": "GCC"}, "benchmarks": [)" + rows + "]}";
    return report;
}

const char* const kGood =
    R"({"name": "read", "iterations": 5, "real_time": 4, "cpu_time": 2, "time_unit": "ns", "rate": 7})";

std::string error_of(const ChildReport& report) { return evaluate(benchmark(), report, seconds(20)).error; }

TEST(Evaluate, TakesEachMetricOfTheCase) {
    const Evaluation result = evaluate(benchmark(), printed(kGood), seconds(20));
    EXPECT_EQ(result.error, "");
    EXPECT_EQ(result.samples, (std::vector<model::Sample>{
                                  {"", "memory/read", 3, "time", "ns", model::Direction::lower, 0, 2, 5},
                                  {"", "memory/read", 3, "rate", "B/s", model::Direction::higher, 0, 7, 5}}));
    EXPECT_EQ(result.context.at("compiler"), "GCC");
}

TEST(Evaluate, TakesRealTimeWhereTheCaseSaysSo) {
    model::Benchmark real = benchmark();
    real.time_source = model::TimeSource::real;
    EXPECT_EQ(evaluate(real, printed(kGood), seconds(20)).samples[0].value, 4);
}

TEST(Evaluate, NumbersRepetitions) {
    const auto samples =
        evaluate(benchmark(), printed(std::string(kGood) + "," + kGood), seconds(20)).samples;
    ASSERT_EQ(samples.size(), 4U);
    EXPECT_EQ(samples[3].ordinal, 1);
}

TEST(Evaluate, NamesACrashAndItsLastWords) {
    ChildReport report;
    report.ending = Ending::signalled;
    report.status = SIGSEGV;
    report.messages = "first\nstack smashed\n\n";
    EXPECT_EQ(error_of(report), "crashed: Segmentation fault: stack smashed");
    EXPECT_EQ(exit_status(report), 139);
}

TEST(Evaluate, NamesAHangWithItsLimit) {
    ChildReport report;
    report.ending = Ending::timed_out;
    EXPECT_EQ(error_of(report), "hung: not finished after 20 s");
    EXPECT_EQ(exit_status(report), 137);
}

TEST(Evaluate, NamesAFlood) {
    ChildReport report;
    report.ending = Ending::flooded;
    EXPECT_EQ(error_of(report), "printed without end");
}

TEST(Evaluate, GivesTheMessageOfAFailedCheck) {
    EXPECT_EQ(
        error_of(printed(R"({"name": "read", "error_occurred": true, "error_message": "sum is wrong"})", 1)),
        "sum is wrong");
}

TEST(Evaluate, DoesNotTrustGoodRowsOfAProgramThatExitsWithAFailure) {
    ChildReport report = printed(kGood, 1);
    report.messages = "check failed after all\n";
    EXPECT_EQ(error_of(report), "exited with 1: check failed after all");
}

TEST(Evaluate, FindsLies) {
    EXPECT_EQ(error_of(printed("")), "it measured nothing");
    EXPECT_EQ(error_of(printed(
                  R"({"name": "other", "iterations": 5, "real_time": 4, "cpu_time": 2, "time_unit": "ns"})")),
              "it measured 'other' instead");
    EXPECT_EQ(error_of(printed(
                  R"({"name": "read", "iterations": 5, "real_time": 4, "cpu_time": 2, "time_unit": "ns"})")),
              "it did not report its metric 'rate'");
    EXPECT_EQ(error_of(printed(
                  R"({"name": "read", "iterations": 5, "real_time": 4, "cpu_time": 0, "time_unit": "ns"})")),
              "it reported a time of 0: nothing was measured");
    ChildReport report;
    report.output = "hello";
    EXPECT_EQ(error_of(report), "its output is not JSON");
}

TEST(Evaluate, MakesTheLastWordsOneShortLine) {
    ChildReport report;
    report.status = 2;
    report.messages = std::string("a\x1b[31m") + std::string(1000, 'x') + "\n";
    const std::string error = error_of(report);
    EXPECT_EQ(error.find('\x1b'), std::string::npos);
    EXPECT_LT(error.size(), 400U);
}

TEST(ExactFilter, EscapesWhatARegularExpressionWouldRead) {
    EXPECT_EQ(exact_filter("read/4/4KiB"), "^read/4/4KiB$");
    EXPECT_EQ(exact_filter("a.b(c)+[d]"), R"(^a\.b\(c\)\+\[d\]$)");
}

TEST(BenchmarkCommand, MeasuresTheCaseAloneAsJson) {
    EXPECT_EQ(
        benchmark_command("/bin/suite", "a.b", std::chrono::milliseconds(20), {"--v=1"}),
        (std::vector<std::string>{"/bin/suite", "--benchmark_filter=^a\\.b$", "--benchmark_min_time=0.020000",
                                  "--benchmark_format=json", "--v=1"}));
}

}  // namespace
}  // namespace harness::run
