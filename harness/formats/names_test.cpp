#include "harness/formats/names.h"

#include <gtest/gtest.h>

namespace harness::formats {
namespace {

TEST(SuiteName, IsTheFilesStem) {
    EXPECT_EQ(suite_name("out/bench.v2.json"), "bench.v2");
    EXPECT_EQ(suite_name("results"), "results");
    EXPECT_EQ(suite_name("C:\\out\\a b.json"), "a_b");
    EXPECT_EQ(suite_name("--help.json"), "help");
    EXPECT_EQ(suite_name(".hidden"), "hidden");
    EXPECT_EQ(suite_name("-"), "imported");
    EXPECT_EQ(suite_name(""), "imported");
}

TEST(ParseTime, KnowsWhatTheToolsWrite) {
    constexpr std::int64_t kTime = 1'770'091'446'000'000'000;
    EXPECT_EQ(parse_time("2026-02-03T04:04:06+00:00"), kTime);             // Google Benchmark
    EXPECT_EQ(parse_time("2026-02-03 04:04:06"), kTime);                   // before 1.5.1
    EXPECT_EQ(parse_time("2026-02-03T04:04:06Z"), kTime);                  // hyperfine
    EXPECT_EQ(parse_time("2026-02-03 04:04:06 UTC"), kTime);               // vmbench
    EXPECT_EQ(parse_time("2026-02-03T04:04:06.25"), kTime + 250'000'000);  // pytest-benchmark
    EXPECT_EQ(parse_time("2026-02-03T06:34:06+02:30"), kTime);
    EXPECT_EQ(parse_time("2026-02-02T23:04:06-0500"), kTime);
    EXPECT_EQ(parse_time("1970-01-01T00:00:00Z"), 0);
    EXPECT_EQ(parse_time("2024-02-29T00:00:00Z"), 1'709'164'800'000'000'000);
}

TEST(ParseTime, RefusesWhatIsNoTime) {
    for (const char* text :
         {"", "yesterday", "2026-02-30T00:00:00", "2026-13-01T00:00:00", "2026-02-03", "2026-02-03T24:00:00",
          "2026-02-03T04:05", "2026-02-03T04:05:06+", "1969-12-31T00:00:00", "2026-02-03T04:05:06 CET",
          "2026-02-03T04:05:06.", "9999-01-01T00:00:00", "-026-02-03T04:05:06"}) {
        EXPECT_EQ(parse_time(text), std::nullopt) << text;
    }
}

TEST(NanosecondsIn, KnowsUnitsOfTime) {
    EXPECT_EQ(nanoseconds_in("us"), 1e3);
    EXPECT_EQ(nanoseconds_in("\u00b5s"), 1e3);
    EXPECT_EQ(nanoseconds_in("second"), 1e9);
    EXPECT_EQ(nanoseconds_in("parsec"), std::nullopt);
}

TEST(ParseNumber, WantsTheWholeTextAndAFiniteNumber) {
    EXPECT_EQ(parse_number("1.5e3"), 1500);
    for (const char* text : {"", "1x", "nan", "inf", "1e999", " 1"})
        EXPECT_EQ(parse_number(text), std::nullopt);
}

TEST(ContentUuid, DependsOnTheContentAlone) {
    const std::string id = content_uuid("a");
    EXPECT_EQ(id, content_uuid("a"));
    EXPECT_NE(id, content_uuid("b"));
    ASSERT_EQ(id.size(), 36U);
    EXPECT_EQ(id[14], '8');
    EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos);
    EXPECT_NE(id.substr(0, 8), id.substr(24, 8));
}

TEST(ParseMetric, HasNameUnitAndDirection) {
    EXPECT_EQ(parse_metric("hits:hits/s:higher").value(),
              (model::Metric{"hits", "hits/s", model::Direction::higher}));
    EXPECT_EQ(parse_metric("\u00b7gc.alloc:rate:B:lower").value().name, "\u00b7gc.alloc:rate");
    EXPECT_EQ(parse_metric("hits").error().message,
              "'hits' is not NAME:UNIT:DIRECTION, as in hits:hits/s:higher");
    EXPECT_FALSE(parse_metric(":u:lower").has_value());
    EXPECT_FALSE(parse_metric("n::lower").has_value());
    EXPECT_EQ(parse_metric("n:u:up").error().message, "unknown direction 'up' (known: lower, higher)");
}

}  // namespace
}  // namespace harness::formats
