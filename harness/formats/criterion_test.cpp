#include "harness/formats/criterion.h"

#include <gmock/gmock.h>

#include "harness/formats/testing.h"

namespace harness::formats {
namespace {

using ::testing::ElementsAre;
using testing::imported;
using testing::message_of;
using testing::run_of;
using testing::samples_of;

constexpr const char* kSample =
    R"({"sampling_mode": "Linear", "iters": [1.0, 2.0, 4.0], "times": [10.0, 22.0, 40.0]})";
constexpr const char* kPath = "target/criterion/parse/json/1024/new/sample.json";

TEST(ReadCriterion, TimesAreTotalsOfTheirIterations) {
    const model::RunRecord record = run_of(kSample, kPath);
    EXPECT_THAT(samples_of(record), ElementsAre("parse/json/1024 #0 time ns lower 10 x1",
                                                "parse/json/1024 #0 time ns lower 11 x2",
                                                "parse/json/1024 #0 time ns lower 10 x4"));
    EXPECT_EQ(record.processes.size(), 1U);
}

TEST(ReadCriterion, ReadsTheListsOfOlderVersions) {
    EXPECT_THAT(
        samples_of(run_of("[[1.0, 2.0], [10.0, 22.0]]", kPath)),
        ElementsAre("parse/json/1024 #0 time ns lower 10 x1", "parse/json/1024 #0 time ns lower 11 x2"));
    EXPECT_THAT(samples_of(run_of(R"(["Flat", [5.0], [10.0]])", kPath)),
                ElementsAre("parse/json/1024 #0 time ns lower 2 x5"));
}

TEST(ReadCriterion, EstimatesAreOneValueTheSlopeOrTheMean) {
    const auto estimate = [](const char* name, const char* value) {
        return fmt::format(R"("{}": {{"confidence_interval": {{"confidence_level": 0.95, "lower_bound": 1,
            "upper_bound": 2}}, "point_estimate": {}, "standard_error": 0.1}})",
                           name, value);
    };
    const Imported result = imported(
        "{" + estimate("mean", "12.5") + "," + estimate("median", "12") + "," + estimate("slope", "11") + "}",
        "criterion/fib/new/estimates.json");
    EXPECT_THAT(samples_of(result.runs.at(0)), ElementsAre("fib/fib #0 time ns lower 11 x0"));
    EXPECT_THAT(result.notes,
                ElementsAre("1 benchmark of aggregates only: one value each, not a sample of several"));
    EXPECT_THAT(samples_of(run_of("{" + estimate("mean", "12.5") + ", \"slope\": null}", kPath)),
                ElementsAre("parse/json/1024 #0 time ns lower 12.5 x0"));
    EXPECT_THAT(samples_of(run_of("{" + estimate("Slope", "7") + "," + estimate("Mean", "8") + "}", kPath)),
                ElementsAre("parse/json/1024 #0 time ns lower 7 x0"));
}

TEST(ReadCriterion, TheUserMayNameTheSuite) {
    Options options;
    options.suite = "rust";
    EXPECT_THAT(samples_of(run_of("[[1], [3]]", kPath, options)),
                ElementsAre("rust/parse/json/1024 #0 time ns lower 3 x1"));
}

TEST(ReadCriterion, ThePathMustNameTheBenchmark) {
    EXPECT_EQ(message_of(kSample, "sample.json"),
              "sample.json: a Criterion file does not name its benchmark, its path must: "
              ".../criterion/GROUP/.../new/FILE");
    EXPECT_EQ(message_of(kSample, "criterion/new/sample.json"),
              "criterion/new/sample.json: a Criterion file does not name its benchmark, its path must: "
              ".../criterion/GROUP/.../new/FILE");
}

TEST(ReadCriterion, NamesFileLineAndField) {
    const std::string at = "criterion/a/new/sample.json";
    EXPECT_EQ(message_of("{\"iters\": [1, 2],\n\"times\": [1]}", at),
              at + ":2: times has 1 values for 2 iteration counts");
    EXPECT_EQ(message_of("{\"iters\": [1, 0],\n\"times\": [1, 2]}", at), at + ":1: iters[1] must be above 0");
    EXPECT_EQ(message_of("{\"iters\": [1.5],\n\"times\": [1]}", at),
              at + ":1: iters[0] must be a whole number from 0 to 2^53");
    EXPECT_EQ(message_of("{\"iters\": [],\n\"times\": []}", at), at + ":1: iters must not be empty");
    EXPECT_EQ(message_of("{\"mean\": {\"point_estimate\":\n\"fast\"}}", at),
              at + ":2: mean.point_estimate must be a number");
}

}  // namespace
}  // namespace harness::formats
