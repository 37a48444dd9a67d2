#include "harness/report/text.h"

#include <cmath>

#include <gtest/gtest.h>

#include "harness/report/test_reports.h"

namespace harness::report {
namespace {

TEST(RatioText, HasThreeDigits) {
    EXPECT_EQ(ratio(2.2), "2.20");
    EXPECT_EQ(ratio(1.0 / 3), "0.333");
    EXPECT_EQ(ratio(25.125), "25.1");
    EXPECT_EQ(ratio(NAN), "not a number");
}

TEST(Quantity, ChoosesThePrefixOfTimes) {
    EXPECT_EQ(quantity(0.34, "ns"), "340 ps");
    EXPECT_EQ(quantity(1.234, "ns"), "1.23 ns");
    EXPECT_EQ(quantity(12'345, "ns"), "12.3 us");
    EXPECT_EQ(quantity(2e9, "ns"), "2.00 s");
    EXPECT_EQ(quantity(0, "ns"), "0 ns");
}

TEST(Quantity, CountsBytesInPowersOfTwoAndTheRestInPowersOfTen) {
    EXPECT_EQ(quantity(3.5 * 1024 * 1024 * 1024, "B/s"), "3.50 GiB/s");
    EXPECT_EQ(quantity(512, "B"), "512 B");
    EXPECT_EQ(quantity(4e8, "1/s"), "400 M/s");
    EXPECT_EQ(quantity(4e8, "insn/s"), "400 Minsn/s");
}

TEST(Quantity, LeavesOtherUnitsAlone) {
    EXPECT_EQ(quantity(0.95, "hits"), "0.950 hits");
    EXPECT_EQ(quantity(NAN, "ns"), "not a number");
}

TEST(Change, IsPercentUpToADoubling) {
    EXPECT_EQ(change(1.123), "+12.3 %");
    EXPECT_EQ(change(0.5), "-50.0 %");
    EXPECT_EQ(change(2.5), "x2.50");
    EXPECT_EQ(interval({1, 0.9, 1.25}), "-10.0 % .. +25.0 %");
}

TEST(Counts, NameTheKindsThatOccurMostImportantFirst) {
    EXPECT_EQ(counts(testing::comparison()), "1 regressed, 1 failed, 1 unchanged");
    EXPECT_EQ(counts({}), "nothing was compared");
}

TEST(ByImportance, TakesOneRole) {
    const auto comparison = testing::comparison();
    const auto rows = by_importance(comparison, model::Role::reference);
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0]->benchmark, "memory/raw");
}

TEST(Utc, IsReadable) { EXPECT_EQ(utc(1'770'091'445'000'000'000), "2026-02-03 04:04:05 UTC"); }

TEST(OneLine, KeepsNothingThatActsOnATerminal) {
    EXPECT_EQ(one_line("a\x1b[2J\nb"), "a [2J b");
    EXPECT_EQ(one_line("µ \xff"), "µ \xef\xbf\xbd");
}

}  // namespace
}  // namespace harness::report
