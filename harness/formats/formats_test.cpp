#include "harness/formats/formats.h"

#include <gtest/gtest.h>

#include "harness/formats/testing.h"

namespace harness::formats {
namespace {

using testing::message_of;

std::string chosen(std::string_view text, std::string_view forced = "") {
    const Document document("f", text);
    const auto format = choose_format(document, forced);
    return format ? std::string((*format)->name) : format.error().message;
}

TEST(ChooseFormat, GoesByTheContent) {
    EXPECT_EQ(chosen(R"({"context": {}, "benchmarks": []})"), "gbench");
    EXPECT_EQ(chosen(R"({"benchmarks": [{"name": "a", "real_time": 1}]})"), "gbench");
    EXPECT_EQ(chosen(R"({"results": [{"command": "x"}]})"), "hyperfine");
    EXPECT_EQ(chosen(R"({"iters": [], "times": []})"), "criterion");
    EXPECT_EQ(chosen(R"({"mean": {"point_estimate": 1}})"), "criterion");
    EXPECT_EQ(chosen("[[1], [2]]"), "criterion");
    EXPECT_EQ(chosen("\n# a comment\nBenchmarkA 1 2 ns/op\n"), "gobench");
    EXPECT_EQ(chosen(R"({"machine_info": {}, "benchmarks": []})"), "pytest-benchmark");
    EXPECT_EQ(chosen(R"({"benchmarks": [{"name": "a", "stats": {}}]})"), "pytest-benchmark");
    EXPECT_EQ(chosen(R"([{"benchmark": "a", "primaryMetric": {}}])"), "jmh");
    EXPECT_EQ(chosen("value,benchmark\n"), "csv");
}

TEST(ChooseFormat, AsksWhenTwoFit) {
    EXPECT_EQ(chosen(R"({"context": {}, "machine_info": {}, "benchmarks": []})"),
              "f: it may be gbench or pytest-benchmark: say which with --format");
    EXPECT_EQ(chosen("benchmark,value\nBenchmarkA 1 2 ns/op\n"),
              "f: it may be gobench or csv: say which with --format");
}

TEST(ChooseFormat, SaysWhatItKnowsWhenNoneFits) {
    const std::string message =
        "f: its format is none of gbench, hyperfine, criterion, gobench, pytest-benchmark, jmh, csv: force "
        "one "
        "with --format";
    for (const char* text :
         {"", "hello", "{}", "[]", "[1]", R"({"benchmarks": 3})", R"({"results": [1]})", "a,b\n"}) {
        EXPECT_EQ(chosen(text), message) << text;
    }
    EXPECT_EQ(chosen("{\n"), "f:2: not valid JSON");
}

TEST(ChooseFormat, ObeysTheUser) {
    EXPECT_EQ(chosen("hello", "csv"), "csv");
    EXPECT_EQ(
        chosen("hello", "yaml"),
        "unknown format 'yaml' (known: gbench, hyperfine, criterion, gobench, pytest-benchmark, jmh, csv)");
}

TEST(Read, AForcedFormatMustBeReadable) {
    EXPECT_EQ(message_of("hello", "f", "jmh"), "f:1: not JSON, as jmh is");
    EXPECT_EQ(message_of("{", "f", "jmh"), "f:1: not valid JSON");
    EXPECT_EQ(message_of("{}", "f", "jmh"), "f:1: the document must be an array");
    EXPECT_EQ(message_of("{}", "f", "gbench"), "f:1: benchmarks is missing");
    EXPECT_EQ(message_of("{}", "f", "pytest-benchmark"), "f:1: benchmarks is missing");
    EXPECT_EQ(message_of("[]", "f", "hyperfine"), "f:1: the document must be an object");
    EXPECT_EQ(message_of("{}", "criterion/a/new/f", "criterion"), "criterion/a/new/f:1: iters is missing");
}

TEST(Read, AFileWithoutResultsIsRefused) {
    EXPECT_EQ(message_of(R"({"context": {}, "benchmarks": []})", "f"), "f: it holds no results");
    EXPECT_EQ(message_of("PASS\n", "f", "gobench"), "f: it holds no results");
    EXPECT_EQ(message_of("benchmark,value\n", "f"), "f: it holds no results");
}

TEST(Read, TheSameTextGivesTheSameRun) {
    const std::string text = R"({"results": [{"command": "x", "times": [1, 2]}]})";
    EXPECT_EQ(testing::run_of(text), testing::run_of(text));
}

}  // namespace
}  // namespace harness::formats
