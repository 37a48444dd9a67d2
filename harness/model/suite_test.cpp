#include "harness/model/suite.h"

#include <gtest/gtest.h>

namespace harness::model {
namespace {

const Manifest kManifest{"memory_sizes", "memory_sizes", "Memory by size", ""};

constexpr std::string_view kDescription = R"({
  "suite": "memory_sizes",
  "question": "What does an access cost at each size?",
  "cases": [{
    "id": "read/4/aligned/4KiB", "version": 3, "time_source": "real",
    "metrics": [{"name": "time", "unit": "ns", "direction": "lower"},
                {"name": "bytes_per_second", "unit": "B/s", "direction": "higher"}],
    "tags": ["quick", "memory"],
    "targets": [{"metric": "time", "vs": "raw_read/4/aligned/4KiB", "ratio": 1.5}],
    "versus": ["raw_read/4/aligned/4KiB"],
    "source": {"file": "suites/memory_sizes/cases.cpp", "line": 180, "column": 5},
    "colour": "blue"
  }]
})";

std::string description_error(std::string_view cases) {
    const std::string text = fmt::format(R"({{"suite":"memory_sizes","question":"?","cases":{}}})", cases);
    return parse_description(text, kManifest, "suite 'memory_sizes'").error().message;
}

TEST(ParseDescription, ReadsEveryMemberAndIgnoresUnknownOnes) {
    const auto suite = parse_description(kDescription, kManifest, "x");
    ASSERT_TRUE(suite.has_value()) << suite.error().message;
    const Case expected{"read/4/aligned/4KiB",
                        3,
                        {{"time", "ns", Direction::lower}, {"bytes_per_second", "B/s", Direction::higher}},
                        {"quick", "memory"},
                        {{"time", "raw_read/4/aligned/4KiB", 1.5}},
                        TimeSource::real,
                        SourcePlace{"suites/memory_sizes/cases.cpp", 180},
                        {"raw_read/4/aligned/4KiB"}};
    EXPECT_EQ(suite->question, "What does an access cost at each size?");
    EXPECT_EQ(suite->manifest, kManifest);
    EXPECT_EQ(suite->cases, std::vector<Case>{expected});
}

TEST(ParseDescription, VersionTagsTargetsTimeSourceAndSourceMayBeLeftOut) {
    const auto suite = parse_description(
        R"({"suite":"memory_sizes","question":"?",
            "cases":[{"id":"a","metrics":[{"name":"time","unit":"ns","direction":"lower"}]}]})",
        kManifest, "x");
    ASSERT_TRUE(suite.has_value()) << suite.error().message;
    EXPECT_EQ(suite->cases[0], (Case{"a", 1, {{"time", "ns", Direction::lower}}, {}, {}, TimeSource::cpu}));
}

TEST(ParseDescription, RefusesAnotherSuitesDescription) {
    EXPECT_EQ(
        parse_description(R"({"suite":"cpu","question":"?","cases":[]})", kManifest, "x").error().message,
        "x: describes suite 'cpu', the manifest says 'memory_sizes'");
}

TEST(ParseDescription, RefusesASuiteWithoutCases) {
    EXPECT_EQ(description_error("[]"), "suite 'memory_sizes': a suite needs at least one case");
}

TEST(ParseDescription, NeverGuessesADirection) {
    EXPECT_EQ(description_error(R"([{"id":"a","metrics":[{"name":"time","unit":"ns"}]}])"),
              "suite 'memory_sizes': cases[0]: metrics[0]: 'direction' is missing");
    EXPECT_EQ(description_error(R"([{"id":"a","metrics":[{"name":"time","unit":"ns","direction":"down"}]}])"),
              "suite 'memory_sizes': cases[0]: metrics[0]: unknown direction 'down' (known: lower, higher)");
}

TEST(ParseDescription, RefusesCasesWithoutAMetric) {
    EXPECT_EQ(description_error(R"([{"id":"a","metrics":[]}])"),
              "suite 'memory_sizes': cases[0]: a case needs at least one metric");
}

TEST(ParseDescription, RefusesWhatIsListedTwice) {
    const std::string metric = R"({"name":"time","unit":"ns","direction":"lower"})";
    const std::string one = fmt::format(R"({{"id":"a","metrics":[{}]}})", metric);
    EXPECT_EQ(description_error(fmt::format("[{0},{0}]", one)),
              "suite 'memory_sizes': cases[1]: case 'a' is listed twice");
    EXPECT_EQ(description_error(fmt::format(R"([{{"id":"a","metrics":[{0},{0}]}}])", metric)),
              "suite 'memory_sizes': cases[0]: metrics[1]: metric 'time' is listed twice");
}

TEST(ParseDescription, RefusesTargetsThatCannotBeChecked) {
    const auto error = [](std::string_view target) {
        return description_error(fmt::format(
            R"([{{"id":"a","metrics":[{{"name":"time","unit":"ns","direction":"lower"}}],"targets":[{}]}}])",
            target));
    };
    EXPECT_EQ(error(R"({"metric":"speed","vs":"b","ratio":1})"),
              "suite 'memory_sizes': cases[0]: targets[0]: the case has no metric 'speed'");
    EXPECT_EQ(error(R"({"metric":"time","vs":"b","ratio":0})"),
              "suite 'memory_sizes': cases[0]: targets[0]: 'ratio' must be above 0");
}

TEST(ParseDescription, RefusesToCompareCasesThatDifferInMoreThanOneComponent) {
    const auto described = [](std::string_view versus) {
        return fmt::format(
            R"([{{"id":"sort/jit","metrics":[{{"name":"time","unit":"ns","direction":"lower"}}],"versus":[{}]}}])",
            versus);
    };
    EXPECT_EQ(description_error(described(R"("sort/native","hash/native")")),
              "suite 'memory_sizes': cases[0]: 'versus' names ids that differ from the case's in one "
              "component: 'hash/native'");
    EXPECT_EQ(description_error(described(R"("sort/native","sort/native")")),
              "suite 'memory_sizes': cases[0]: 'versus' lists 'sort/native' twice");
}

TEST(ParseDescription, RefusesASourceThatIsNoPlaceInARepository) {
    const auto error = [](std::string_view source) {
        return description_error(fmt::format(
            R"([{{"id":"a","metrics":[{{"name":"time","unit":"ns","direction":"lower"}}],"source":{}}}])",
            source));
    };
    EXPECT_EQ(error(R"({"file":"/a.cpp","line":1})"),
              "suite 'memory_sizes': cases[0]: source: 'file' must be a path from the repository's top");
    EXPECT_EQ(error(R"({"file":"a.cpp","line":0})"),
              "suite 'memory_sizes': cases[0]: source: 'line' must be a whole number from 1 to 2147483647");
    EXPECT_EQ(error(R"({"line":1})"), "suite 'memory_sizes': cases[0]: source: 'file' is missing");
}

TEST(ParseDescription, SaysWhenTheProgramDidNotPrintJson) {
    EXPECT_EQ(parse_description("usage: memory_sizes", kManifest, "x").error().message,
              "x: not valid JSON at byte 1");
}

TEST(ParseManifest, ReadsEveryMember) {
    const auto manifest = parse_manifest(
        R"({"name":"cpu","program":"cpu","title":"Processor","description":"Guest programs",
            "paths":["vm/**","suites/cpu/**"]})",
        "cpu.json");
    ASSERT_TRUE(manifest.has_value());
    EXPECT_EQ(*manifest, (Manifest{"cpu", "cpu", "Processor", "Guest programs", {"vm/**", "suites/cpu/**"}}));
}

TEST(ParseManifest, RefusesPathsThatCanMatchNothing) {
    const auto error = [](std::string_view paths) {
        return parse_manifest(fmt::format(R"({{"name":"a","program":"a","title":"t","paths":{}}})", paths),
                              "x")
            .error()
            .message;
    };
    EXPECT_EQ(error(R"([""])"), "x: 'paths' are globs of paths from the repository's top: ''");
    EXPECT_EQ(error(R"(["/vm/**"])"), "x: 'paths' are globs of paths from the repository's top: '/vm/**'");
    EXPECT_EQ(error(R"("vm/**")"), "x: 'paths' must be an array");
}

TEST(ParseManifest, RefusesAProgramOutsideItsFolder) {
    EXPECT_EQ(parse_manifest(R"({"name":"cpu","program":"../sh","title":"t"})", "cpu.json").error().message,
              "cpu.json: 'program' must be made of letters, digits, '_', '-' and '.': '../sh'");
    EXPECT_FALSE(parse_manifest(R"({"name":"cpu","program":"..","title":"t"})", "cpu.json").has_value());
}

TEST(ParseManifest, RefusesAMissingName) {
    EXPECT_EQ(parse_manifest(R"({"program":"cpu","title":"t"})", "cpu.json").error().message,
              "cpu.json: 'name' is missing");
}

TEST(BenchmarkId, JoinsSuiteAndCase) { EXPECT_EQ(benchmark_id("cpu", "fib/20"), "cpu/fib/20"); }

}  // namespace
}  // namespace harness::model
