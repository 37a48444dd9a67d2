#include "harness/report/github.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/report/test_reports.h"

namespace harness::report {
namespace {

TEST(WorkflowCommand, EscapesWhatEndsItOrStartsAnother) {
    EXPECT_EQ(workflow_command("error", "a:b,c", "100%\r\n::warning::x"),
              "::error title=a%3Ab%2Cc::100%25%0D%0A::warning::x\n");
}

TEST(Annotations, NameRegressionsAndFailures) {
    EXPECT_EQ(annotations(testing::comparison()),
              "::error title=regressed%3A cpu/fib::time +50.0 %25 (+25.0 %25 .. +75.0 %25), beyond the "
              "threshold of "
              "5.0 %25\n"
              "::error title=failed%3A cpu/sort::wrong sum: 3 < 4\n");
}

TEST(Annotations, SayThatMachinesDiffer) {
    model::Comparison comparison;
    comparison.cross_machine = true;
    comparison.head_machine_class = "a";
    comparison.base_machine_class = "b";
    EXPECT_EQ(annotations(comparison), "::warning title=compared across machines::a against b\n");
    comparison.refusal = "no";
    EXPECT_EQ(annotations(comparison), "::error title=not comparable::no\n");
}

TEST(Annotations, AreTenAtMostAndTheTenthCountsTheRest) {
    model::Comparison comparison;
    for (int i = 0; i < 14; ++i) {
        comparison.verdicts.push_back(
            testing::verdict(fmt::format("cpu/{:02}", i), model::VerdictKind::regressed, {2, 2, 2}));
    }
    const std::string text = annotations(comparison);
    EXPECT_EQ(std::ranges::count(text, '\n'), 10);
    EXPECT_THAT(text, ::testing::EndsWith("::error title=vmbench::and 5 more: see the summary\n"));
}

TEST(Annotations, OfARunNameFailuresAndTargetsNotMet) {
    EXPECT_EQ(*render("github", testing::record(), Colour::never),
              "::error title=failed%3A memory/read::wrong sum: 3 < 4\n"
              "::warning title=target not met%3A memory/read::time is 2.00 times that of memory/raw, wanted "
              "1.50\n");
}

TEST(StepSummary, IsTheMarkdownReportCutToWhatGithubShows) {
    model::Comparison comparison = testing::comparison();
    EXPECT_THAT(step_summary(comparison), ::testing::StartsWith("# Run 1234abcd against baseline main\n"));
    comparison.notes.assign(20'000, std::string(100, 'x'));
    const std::string text = step_summary(comparison);
    EXPECT_LT(text.size(), 1u << 20);
    EXPECT_THAT(text, ::testing::EndsWith("(cut here: the whole report is longer than GitHub shows)\n"));
}

}  // namespace
}  // namespace harness::report
