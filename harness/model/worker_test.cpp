#include "harness/model/worker.h"

#include <limits>

#include <gmock/gmock.h>

namespace harness::model {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

const WorkerHello kHello{.suite = "cpu",
                         .case_id = "calls/interp",
                         .definition_version = 2,
                         .time_source = TimeSource::manual,
                         .metrics = {{"time", "ns", Direction::lower}, {"speed", "1/s", Direction::higher}},
                         .clock_resolution_ns = 1,
                         .slowdown = 1.03};

const SliceAnswer kAnswer{.number = 3,
                          .error = "",
                          .iterations = 4096,
                          .cpu_ns = 20'000'000,
                          .wall_ns = 21'000'000,
                          .voluntary_switches = 1,
                          .involuntary_switches = 2,
                          .counters = {{"bytes_per_second", 1.5e9}, {"work", 7}}};

std::string without_end(std::string line) {
    EXPECT_THAT(line, EndsWith("\n"));
    line.pop_back();
    EXPECT_THAT(line, Not(HasSubstr("\n")));
    return line;
}

std::string error_of(const std::string& answer) {
    const auto parsed = parse_answer(answer, {.number = 3, .iterations = 4000});
    return parsed ? "no error" : parsed.error().message;
}

// An answer to request 3 of 4000 iterations with one member set to `value`.
std::string answer_with(const std::string& key, const std::string& value) {
    const std::string line = without_end(to_line(kAnswer));
    const std::size_t begin = line.find("\"" + key + "\":") + key.size() + 3;
    return line.substr(0, begin) + value + line.substr(line.find_first_of(",}", begin));
}

TEST(Worker, TheGreetingSurvivesTheRoundTrip) {
    EXPECT_EQ(parse_hello(without_end(to_line(kHello))).value(), kHello);
}

TEST(Worker, TheRequestSurvivesTheRoundTrip) {
    const SliceRequest request{.number = 12, .iterations = kMostIterations};
    EXPECT_EQ(parse_request(without_end(to_line(request))).value(), request);
}

TEST(Worker, TheAnswerSurvivesTheRoundTrip) {
    const SliceRequest request{.number = 3, .iterations = 4000};
    EXPECT_EQ(parse_answer(without_end(to_line(kAnswer)), request).value(), kAnswer);
}

TEST(Worker, AFailedCheckSurvivesTheRoundTripOnOneLine) {
    const SliceAnswer failed{.number = 3, .error = "sum is 3,\nnot \x80 4", .counters = {}};
    const auto parsed = parse_answer(without_end(to_line(failed)), {.number = 3, .iterations = 1}).value();
    EXPECT_EQ(parsed.error, "sum is 3, not \xef\xbf\xbd 4");
    EXPECT_EQ(parsed.iterations, 0);
}

TEST(Worker, CountersThatAreNotFiniteAreLeftOut) {
    SliceAnswer answer = kAnswer;
    answer.counters["rate"] = std::numeric_limits<double>::infinity();
    answer.counters["odd"] = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(parse_answer(without_end(to_line(answer)), {.number = 3, .iterations = 4096}).value(), kAnswer);
}

TEST(Worker, AnotherProtocolVersionIsNamed) {
    EXPECT_EQ(parse_hello(R"({"worker_protocol": 2, "hello": "you"})").error().message,
              "the worker speaks version 2 of the worker protocol, this program version 1");
}

TEST(Worker, AGreetingMustHaveEverything) {
    EXPECT_EQ(parse_hello("Usage: benchmark").error().message,
              "the worker's greeting: not valid JSON at byte 1");
    EXPECT_EQ(parse_hello("[]").error().message, "the worker's greeting: must be an object");
    EXPECT_EQ(parse_hello(R"({"suite": "cpu"})").error().message,
              "the worker's greeting: 'worker_protocol' is missing");
    EXPECT_EQ(parse_hello(R"({"worker_protocol": 1, "suite": "cpu", "case": "a", "version": 1,
                              "time_source": "cpu", "clock_resolution_ns": 1, "slowdown": 1})")
                  .error()
                  .message,
              "the worker's greeting: 'metrics' is missing or empty");
}

TEST(Worker, ASlowdownBelowOneIsRefused) {
    WorkerHello hello = kHello;
    hello.slowdown = 0.5;
    EXPECT_EQ(parse_hello(to_line(hello)).error().message,
              "the worker's greeting: 'slowdown' must be from 1 to 100");
}

TEST(Worker, HugeNumbersAreRefused) {
    EXPECT_EQ(error_of(answer_with("cpu_ns", "9223372036854775808")),
              "the worker's answer: 'cpu_ns' must be a whole number from 1 to 86400000000000");
    EXPECT_EQ(error_of(answer_with("wall_ns", "1e300")),
              "the worker's answer: 'wall_ns' must be a whole number from 1 to 86400000000000");
    EXPECT_EQ(error_of(answer_with("cpu_ns", "1e999")),
              "the worker's answer: not valid JSON: a number is out of range");
    EXPECT_EQ(parse_request(R"({"slice": 1, "iterations": 1000000000000001})").error().message,
              "the request: 'iterations' must be a whole number from 1 to 1000000000000000");
}

TEST(Worker, NoTimeAtAllIsRefused) {
    EXPECT_THAT(error_of(answer_with("cpu_ns", "0")), HasSubstr("'cpu_ns' must be"));
    EXPECT_THAT(error_of(answer_with("wall_ns", "-5")), HasSubstr("'wall_ns' must be"));
    EXPECT_THAT(error_of(R"({"slice": 3, "iterations": 4000})"), HasSubstr("'cpu_ns' is missing"));
}

TEST(Worker, AnAnswerToAnotherRequestIsRefused) {
    EXPECT_EQ(error_of(answer_with("slice", "2")), "the worker answered request 2 when asked for 3");
}

TEST(Worker, IterationsFarFromThoseAskedAreRefused) {
    EXPECT_EQ(error_of(answer_with("iterations", "3999")),
              "the worker says it ran 3999 iterations when asked for 4000");
    EXPECT_EQ(error_of(answer_with("iterations", "9999999")),
              "the worker says it ran 9999999 iterations when asked for 4000");
    EXPECT_EQ(error_of(answer_with("iterations", "4000")), "no error");
}

TEST(Worker, GarbageAndHalfALineAreRefused) {
    const std::string line = to_line(kAnswer);
    EXPECT_THAT(error_of("\x01\xff"), HasSubstr("not valid JSON"));
    EXPECT_THAT(error_of(""), HasSubstr("not valid JSON"));
    EXPECT_THAT(error_of(line.substr(0, line.size() / 2)), HasSubstr("not valid JSON"));
    EXPECT_THAT(error_of(std::string(1000, '[')), HasSubstr("not valid JSON"));
}

TEST(Worker, ACounterGivenTwiceIsRefused) {
    const std::string twice = R"([{"name": "work", "value": 7}, {"name": "work", "value": 8}])";
    std::string line = without_end(to_line(kAnswer));
    line.replace(line.find('['), line.find(']') - line.find('[') + 1, twice);
    EXPECT_EQ(error_of(line), "the worker's answer: counters[1]: 'work' is there twice");
}

}  // namespace
}  // namespace harness::model
