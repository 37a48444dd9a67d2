#include "harness/report/ratios.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/report/test_reports.h"

namespace harness::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

judge::RatioTable peers() { return judge::summarise(testing::peers_record()).ratios.at(0); }

TEST(RatioLines, EndWithTheGeometricMeansAndSayWhatIsNotInThem) {
    const RatioLines text = ratio_lines(peers());
    EXPECT_THAT(text.head, ElementsAre("", "jit / native", "jit / qemu", "qemu / native"));
    EXPECT_THAT(
        text.lines,
        ElementsAre(
            ElementsAre("crc", "2.00 (2.00 .. 2.00)", "0.500 (0.500 .. 0.500)", "4.00 (4.00 .. 4.00)"),
            ElementsAre("hash", "failed", "", ""), ElementsAre("sort", "8.00 (8.00 .. 16.0)", "", ""),
            ElementsAre("geometric mean", "4.00 (4.00 .. 5.66), 2 of 3", "", "")));
}

TEST(RatioLines, HaveNoIntervalFromTooFewRounds) {
    model::RunRecord record = testing::peers_record();
    std::erase_if(record.samples,
                  [](const model::Sample& sample) { return sample.process_id.ends_with("5"); });
    EXPECT_EQ(ratio_lines(judge::summarise(record).ratios.at(0)).lines.at(0).at(1), "2.00");
}

TEST(RatioLegend, NamesTheMetricAndItsDirection) {
    EXPECT_EQ(ratio_legend(peers()), "time, lower is better, with 95 % intervals over the rounds of the run");
}

TEST(RatioTables, AreShownInMarkdown) {
    EXPECT_THAT(*render("markdown", testing::peers_record(), Colour::never), ::testing::EndsWith(R"out(
## Ratios of peers

time, lower is better, with 95 % intervals over the rounds of the run

|  | jit / native | jit / qemu | qemu / native |
|---|--:|--:|--:|
| crc | 2.00 (2.00 .. 2.00) | 0.500 (0.500 .. 0.500) | 4.00 (4.00 .. 4.00) |
| hash | failed |  |  |
| sort | 8.00 (8.00 .. 16.0) |  |  |
| geometric mean | 4.00 (4.00 .. 5.66), 2 of 3 |  |  |
)out"));
}

TEST(RatioTables, AreShownOnTheTerminal) {
    EXPECT_THAT(*render("terminal", testing::peers_record(), Colour::never), ::testing::EndsWith(R"out(
ratios of time, lower is better, with 95 % intervals over the rounds of the run
peers                          jit / native              jit / qemu        qemu / native
crc                     2.00 (2.00 .. 2.00)  0.500 (0.500 .. 0.500)  4.00 (4.00 .. 4.00)
hash                                 failed                       -                    -
sort                    8.00 (8.00 .. 16.0)                       -                    -
geometric mean  4.00 (4.00 .. 5.66), 2 of 3                       -                    -
)out"));
}

TEST(RatioTables, AreInTheJson) {
    const std::string text = *render("json", testing::peers_record(), Colour::never);
    EXPECT_THAT(text, HasSubstr(R"out(
          "row": "hash",
          "value": null,
          "problem": "no such engine"
)out"));
    EXPECT_THAT(text, HasSubstr(R"out(
      "geometric_mean": null,
      "counted": 1
)out"));
}

}  // namespace
}  // namespace harness::report
