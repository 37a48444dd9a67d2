#include "harness/report/terminal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/report/test_reports.h"

namespace harness::report {
namespace {

TEST(Terminal, ShowsAComparisonAsATable) {
    EXPECT_EQ(terminal(testing::comparison(), Colour::never),
              R"out(run 1234abcd (bbb222+dirty) against baseline 'main' (aaa111)
machine test-cpu-2c-8g-01234567

benchmark    baseline      run   change  widened 99 % interval  verdict
memory/raw    1.00 us  1.00 us   +0.0 %     -12.5 % .. +12.5 %  reference
memory/read   1.00 us  1.00 us   +0.0 %       -2.0 % .. +2.0 %  unchanged
cpu/sort            -        -        -                      -  failed     wrong sum: 3 < 4
cpu/fib       1.00 us  1.50 us  +50.0 %     +25.0 % .. +75.0 %  regressed

1 regressed, 1 failed, 1 unchanged
geometric mean of all deciding benchmarks: +22.5 % (95 % interval +10.0 % .. +36.0 %; more is worse)
note: more runs sharpen it
)out");
}

TEST(Terminal, NamesBothSidesMeasuredSideBySide) {
    auto comparison = testing::comparison();
    comparison.method = model::Method::side_by_side;
    comparison.head = "work";
    comparison.groups = {{"cpu", 2, {1.01, 0.99, 1.03}}};
    const std::string text = terminal(comparison, Colour::never);
    EXPECT_THAT(text,
                ::testing::StartsWith("run 1234abcd: work (bbb222+dirty) against main (aaa111), side by "
                                      "side\n"));
    EXPECT_THAT(text, ::testing::HasSubstr("base     head   change       99 % interval"));
    EXPECT_THAT(text, ::testing::HasSubstr("  cpu: +1.0 % (95 % interval -1.0 % .. +3.0 %), 2 benchmarks\n"));
}

TEST(Terminal, ColoursOnlyWhenToldTo) {
    EXPECT_THAT(terminal(testing::comparison(), Colour::never), Not(::testing::HasSubstr("\x1b")));
    EXPECT_THAT(terminal(testing::comparison(), Colour::always), ::testing::HasSubstr("\x1b[31mregressed"));
}

TEST(Terminal, NamesAMetricThatIsNotTheTime) {
    auto comparison = testing::comparison();
    comparison.verdicts[0].metric = "rss";
    EXPECT_THAT(terminal(comparison, Colour::never), ::testing::HasSubstr("\ncpu/fib (rss) "));
}

TEST(Terminal, SaysWhyNothingWasCompared) {
    auto comparison = testing::comparison();
    comparison.refusal = "the machines differ";
    EXPECT_THAT(terminal(comparison, Colour::never),
                ::testing::EndsWith("not comparable: the machines differ\n"));
}

TEST(Terminal, SaysThatTheRunIsVoidLast) {
    auto comparison = testing::comparison();
    comparison.void_reason = "the controls moved";
    EXPECT_THAT(terminal(comparison, Colour::never), ::testing::EndsWith("void: the controls moved\n"));
}

TEST(Terminal, ShowsARunAsATable) {
    EXPECT_EQ(
        *render("terminal", testing::record(), Colour::never),
        R"out(run 1234abcd-0000-4000-8000-000000000002  2026-02-03 04:04:05 UTC  quick profile, complete, seed 7
machine test-cpu-2c-8g-677d9f0e

benchmark     median  95 % from  to  spread  processes
memory/raw   10.0 ns          -   -   0.0 %          2  reference
memory/read  20.0 ns          -   -   0.0 %          1  failed     wrong sum: 3 < 4

target        wanted  measured           of what
memory/read  <= 1.50      2.00  not met  time of memory/raw
)out");
}

}  // namespace
}  // namespace harness::report
