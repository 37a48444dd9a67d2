#include "harness/report/markdown.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/report/test_reports.h"

namespace harness::report {
namespace {

TEST(Markdown, ShowsAComparison) {
    EXPECT_EQ(markdown(testing::comparison()), R"out(# Run 1234abcd against baseline main

bbb222+dirty against aaa111, on test-cpu-2c-8g-01234567

**1 regressed, 1 failed, 1 unchanged**

geometric mean of all deciding benchmarks: +22.5 % (95 % interval +10.0 % .. +36.0 %; more is worse)

| benchmark | metric | baseline | run | change | widened 99 % interval | verdict | |
|---|---|--:|--:|--:|--:|---|---|
| cpu/fib | time | 1.00 us | 1.50 us | +50.0 % | +25.0 % .. +75.0 % | regressed |  |
| cpu/sort | time |  |  |  |  | failed | wrong sum: 3 &lt; 4 |

<details><summary>unchanged and inconclusive (1)</summary>

| benchmark | metric | baseline | run | change | widened 99 % interval | verdict | |
|---|---|--:|--:|--:|--:|---|---|
| memory/read | time | 1.00 us | 1.00 us | +0.0 % | -2.0 % .. +2.0 % | unchanged |  |

</details>

<details><summary>reference rows (they never decide) (1)</summary>

| benchmark | metric | baseline | run | change | widened 99 % interval | verdict | |
|---|---|--:|--:|--:|--:|---|---|
| memory/raw | time | 1.00 us | 1.00 us | +0.0 % | -12.5 % .. +12.5 % | inconclusive |  |

</details>

<details><summary>further metrics (they never decide) (1)</summary>

| benchmark | metric | baseline | run | change | widened 99 % interval | verdict | |
|---|---|--:|--:|--:|--:|---|---|
| memory/read | bytes\_per\_second | 1000 B/s | 1000 B/s | +0.0 % | -2.0 % .. +2.0 % | unchanged |  |

</details>

- more runs sharpen it
)out");
}

TEST(Markdown, ShowsARun) {
    EXPECT_EQ(*render("markdown", testing::record(), Colour::never), R"out(# Run 1234abcd

2026-02-03 04:04:05 UTC, quick profile, complete, on test-cpu-2c-8g-677d9f0e

| benchmark | metric | median | 95 % interval | spread | processes | |
|---|---|--:|--:|--:|--:|---|
| memory/raw | time | 10.0 ns |  | 0.0 % | 2 | reference |
| memory/raw | bytes\_per\_second | 2.00 KiB/s |  | 0.0 % | 2 |  |
| memory/read | time | 20.0 ns |  | 0.0 % | 1 | **failed:** wrong sum: 3 &lt; 4 |
| memory/read | bytes\_per\_second | 2.00 KiB/s |  | 0.0 % | 1 | **failed:** wrong sum: 3 &lt; 4 |

## Targets

| benchmark | metric | against | wanted | measured | |
|---|---|---|--:|--:|---|
| memory/read | time | memory/raw | at most 1.50 | 2.00 | **not met** |
)out");
}
TEST(MarkdownCell, LetsNoNameForgeMarkup) {
    EXPECT_EQ(markdown_cell("a|b `c` *d*\n<img> [e](f) @g"),
              "a\\|b \\`c\\` \\*d\\* &lt;img> \\[e\\](f) \\@g");
}

TEST(Markdown, SaysWhyNothingWasCompared) {
    auto comparison = testing::comparison();
    comparison.refusal = "the machines differ";
    EXPECT_THAT(markdown(comparison), ::testing::EndsWith("**Not comparable:** the machines differ\n"));
}

TEST(Markdown, NamesBothSidesMeasuredSideBySide) {
    auto comparison = testing::comparison();
    comparison.method = model::Method::side_by_side;
    comparison.head = "work";
    comparison.groups = {{"cpu", 2, {1.01, 0.99, 1.03}}};
    const std::string text = markdown(comparison);
    EXPECT_THAT(text, ::testing::StartsWith("# work (bbb222+dirty) against main (aaa111)\n\nMeasured side by "
                                            "side, run 1234abcd"));
    EXPECT_THAT(text, ::testing::HasSubstr("| base | head | change | 99 % interval |"));
    EXPECT_THAT(text, ::testing::HasSubstr("- cpu: +1.0 %"));
}

}  // namespace
}  // namespace harness::report
