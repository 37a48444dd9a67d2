#include "harness/judge/acceptances.h"

#include <gtest/gtest.h>

namespace harness::judge {
namespace {

Acceptance acceptance(std::string benchmark, std::string until = "") {
    return {std::move(benchmark), "time",       "it checks its input now", "Ann <ann@example.org>",
            "0123abcd",           "2026-11-21", std::move(until)};
}

// The entries of a file with these members of one acceptance instead of, or besides, the usual ones.
std::string error_of(const std::string& members) {
    const auto parsed = parse_acceptances(
        R"({"accepted": [{"reason": "r", "author": "a", "since": "c", "recorded": "2026-11-21", )" + members +
            "}]}",
        "accepted.json");
    return parsed ? "" : parsed.error().message;
}

TEST(Acceptances, AreWrittenByBenchmarkAndMetricWithAFinalNewline) {
    Acceptances acceptances{{acceptance("cpu/sort", "2027-01-31"), acceptance("cpu/fib")}};
    EXPECT_EQ(to_json(acceptances), R"({
    "accepted": [
        {
            "benchmark": "cpu/fib",
            "metric": "time",
            "reason": "it checks its input now",
            "author": "Ann <ann@example.org>",
            "since": "0123abcd",
            "recorded": "2026-11-21"
        },
        {
            "benchmark": "cpu/sort",
            "metric": "time",
            "reason": "it checks its input now",
            "author": "Ann <ann@example.org>",
            "since": "0123abcd",
            "recorded": "2026-11-21",
            "until": "2027-01-31"
        }
    ]
}
)");
}

TEST(Acceptances, AreReadAsTheyWereWritten) {
    const Acceptances acceptances{{acceptance("cpu/fib"), acceptance("cpu/sort", "2027-01-31")}};
    EXPECT_EQ(parse_acceptances(to_json(acceptances), "f").value().entries, acceptances.entries);
    EXPECT_TRUE(parse_acceptances("{}", "f").value().entries.empty());
    EXPECT_TRUE(parse_acceptances(to_json({}), "f").value().entries.empty());
}

TEST(Acceptances, ThatDoNotSayTheMetricAreAboutTheTime) {
    const auto read = parse_acceptances(R"({"accepted": [{"benchmark": "cpu/fib", "reason": "r",
        "author": "a", "since": "c", "recorded": "2026-11-21"}]})",
                                        "f");
    EXPECT_EQ(read.value().entries[0].metric, "time");
}

TEST(Acceptances, NameTheEntryAndTheMemberThatIsWrong) {
    EXPECT_EQ(error_of(R"("metric": "time")"), "accepted.json: accepted[0]: 'benchmark' is missing");
    EXPECT_EQ(error_of(R"("benchmark": "cpu/fib", "reason": "")"),
              "accepted.json: accepted[0]: 'reason' must not be empty");
    EXPECT_EQ(error_of(R"("benchmark": "cpu/fib", "until": "2026-02-30")"),
              "accepted.json: accepted[0]: 'until': '2026-02-30' is not a day: write it as 2026-11-30");
    EXPECT_EQ(
        error_of(R"("benchmark": "cpu/fib", "untill": "2026-02-28")"),
        "accepted.json: accepted[0]: unknown member 'untill' (known: benchmark, metric, reason, author, "
        "since, recorded, until)");
    EXPECT_EQ(error_of(R"("benchmark": "cpu")"),
              "accepted.json: accepted[0]: 'benchmark' must be SUITE/CASE, not 'cpu'");
    EXPECT_EQ(error_of(R"("benchmark": "cpu/fib", "metric": "size")"),
              "accepted.json: accepted[0]: 'benchmark' must be a suite's name, whose code has a size, not "
              "'cpu/fib'");
    EXPECT_EQ(error_of(R"("benchmark": "cpu", "metric": "size")"), "");
    EXPECT_EQ(parse_acceptances(R"({"acepted": []})", "f").error().message, "f: unknown member 'acepted'");
    EXPECT_EQ(parse_acceptances("[]", "f").error().message, "f: must be an object");
}

TEST(Acceptances, OfTheSameMetricAreAnError) {
    std::string twice = to_json({{acceptance("cpu/fib"), acceptance("cpu/fib")}});
    EXPECT_EQ(parse_acceptances(twice, "f").error().message,
              "f: accepted[1]: the second of the metric 'time' of 'cpu/fib'");
}

TEST(AddingAnAcceptance, ReplacesTheEarlierOneOfTheSameMetric) {
    Acceptances acceptances{{acceptance("cpu/fib"), acceptance("cpu/sort")}};
    Acceptance newer = acceptance("cpu/fib", "2027-01-31");
    const auto added = with(acceptances, newer, "f").value();
    EXPECT_EQ(added.entries, (std::vector<Acceptance>{newer, acceptance("cpu/sort")}));
    newer.metric = "rss";
    EXPECT_EQ(with(acceptances, newer, "f").value().entries.size(), 3U);
}

TEST(AddingAnAcceptance, IsRefusedWhereTheFileWouldNotBeRead) {
    Acceptance one = acceptance("cpu/fib");
    one.reason = "two\nlines";
    EXPECT_EQ(with({}, one, "accept").error().message, "accept: 'reason' must not have control characters");
}

TEST(Acceptability, CountsThroughItsLastDay) {
    const Acceptances acceptances{{acceptance("cpu/fib", "2026-12-31")}};
    EXPECT_EQ(acceptability(acceptances, "cpu/fib", "time", "2026-12-31"),
              (Acceptability{"it checks its input now", ""}));
    EXPECT_EQ(acceptability(acceptances, "cpu/fib", "time", "2027-01-01"), (Acceptability{"", "2026-12-31"}));
}

TEST(Acceptability, IsOfOneMetricOfOneBenchmark) {
    const Acceptances acceptances{{acceptance("cpu/fib")}};
    EXPECT_EQ(acceptability(acceptances, "cpu/fib", "rss", "2026-12-31"), Acceptability{});
    EXPECT_EQ(acceptability(acceptances, "cpu/fibonacci", "time", "2026-12-31"), Acceptability{});
    EXPECT_EQ(acceptability(acceptances, "cpu/fib", "time", "2099-12-31").reason, "it checks its input now");
}

TEST(Days, AreThoseOfTheCalendar) {
    EXPECT_EQ(parse_day("2028-02-29").value(), "2028-02-29");
    for (const char* text : {"2026-02-29", "2026-13-01", "2026-1-01", "26-01-01", "2026/01/01", "+026-01-01",
                             "2026-01-+1", "tomorrow", ""}) {
        EXPECT_FALSE(parse_day(text).has_value()) << text;
    }
}

}  // namespace
}  // namespace harness::judge
