#include "harness/report/github.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/report/markdown.h"
#include "harness/report/test_reports.h"

namespace harness::report {
namespace {

using model::VerdictKind;
using ::testing::ContainsRegex;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::size_t kMebibyte = std::size_t{1} << 20;

// Every hundredth regressed, the others did not change.
model::Comparison comparison_of(int benchmarks) {
    model::Comparison comparison;
    comparison.method = model::Method::side_by_side;
    for (int i = 0; i < benchmarks; ++i) {
        const auto kind = i % 100 == 0 ? VerdictKind::regressed : VerdictKind::unchanged;
        comparison.verdicts.push_back(
            testing::verdict(fmt::format("suite/benchmark{:05}", i), kind, {1.5, 1.25, 1.75}));
    }
    return comparison;
}

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

TEST(Annotations, AreNineOfAKindAndTheTenthCountsTheRest) {
    model::Comparison comparison;
    for (int i = 0; i < 14; ++i) {
        comparison.verdicts.push_back(
            testing::verdict(fmt::format("cpu/{:02}", i), VerdictKind::regressed, {2, 2, 2}));
        comparison.verdicts.push_back(
            testing::verdict(fmt::format("gone/{:02}", i), VerdictKind::missing, {}));
    }
    const std::string text = annotations(comparison);
    EXPECT_EQ(std::ranges::count(text, '\n'), 20);
    EXPECT_THAT(text, HasSubstr("::error title=vmbench::and 5 more: see the summary\n"));
    EXPECT_THAT(text, EndsWith("::warning title=vmbench::and 5 more: see the summary\n"));
    comparison.verdicts.resize(18);
    EXPECT_EQ(std::ranges::count(annotations(comparison), '\n'), 18);
}

TEST(Annotations, PointAtTheSourceWithItsNameEscaped) {
    model::Comparison comparison;
    comparison.verdicts = {testing::verdict("cpu/fib", VerdictKind::regressed, {1.5, 1.25, 1.75})};
    comparison.verdicts[0].source = model::SourcePlace{"suites/cpu,gpu/50%:a.cpp", 88};
    EXPECT_THAT(
        annotations(comparison),
        StartsWith("::error file=suites/cpu%2Cgpu/50%25%3Aa.cpp,line=88,title=regressed%3A cpu/fib::"));
    comparison.verdicts[0].kind = VerdictKind::missing;
    EXPECT_THAT(annotations(comparison), StartsWith("::warning title=missing%3A cpu/fib::"));
}

TEST(Annotations, OfWhatVanishedOrIsNotTheSameFailWhereItFailsTheGate) {
    model::Comparison comparison;
    comparison.verdicts = {testing::verdict("cpu/gone", VerdictKind::missing, {}),
                           testing::verdict("cpu/other", VerdictKind::not_comparable, {})};
    EXPECT_THAT(annotations(comparison), HasSubstr("::warning title=missing%3A cpu/gone::"));
    comparison.method = model::Method::side_by_side;
    EXPECT_THAT(annotations(comparison), HasSubstr("::error title=missing%3A cpu/gone::"));
    EXPECT_THAT(annotations(comparison), HasSubstr("::error title=not comparable%3A cpu/other::"));
}

TEST(Annotations, OfWhatWasAcceptedAreNotices) {
    model::Comparison comparison;
    comparison.verdicts = {testing::verdict("cpu/fib", VerdictKind::regressed, {1.5, 1.25, 1.75}),
                           testing::verdict("cpu/sort", VerdictKind::failed, {})};
    for (model::Verdict& verdict : comparison.verdicts) verdict.accepted = "checks more";
    comparison.verdicts[0].note = "accepted: checks more";
    const std::string text = annotations(comparison);
    EXPECT_THAT(text, HasSubstr("::notice title=regressed%3A cpu/fib::time +50.0 %25"));
    EXPECT_THAT(text, HasSubstr("; accepted: checks more\n"));
    EXPECT_THAT(text, HasSubstr("::error title=failed%3A cpu/sort::"));
}

TEST(Annotations, SayThatAShiftIsCommonToAll) {
    model::Comparison comparison;
    comparison.systemic = "systemic: 12 unrelated benchmarks are worse together";
    EXPECT_EQ(annotations(comparison),
              "::error title=systemic::systemic: 12 unrelated benchmarks are worse together\n");
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
    EXPECT_EQ(step_summary(comparison), markdown(comparison));
    comparison.void_reason = std::string(2'000'000, 'x');
    const std::string text = step_summary(comparison);
    EXPECT_LT(text.size(), kMebibyte);
    EXPECT_THAT(text, EndsWith("(cut here: the whole report is longer than GitHub shows)\n"));
}

TEST(StepSummary, OfFiveHundredBenchmarksIsWhole) {
    const std::string text = step_summary(comparison_of(500));
    EXPECT_LT(text.size(), kMebibyte);
    EXPECT_THAT(text, HasSubstr("suite/benchmark00499"));
    EXPECT_THAT(text, Not(HasSubstr("more in the artifact")));
}

TEST(StepSummary, OfTwentyThousandBenchmarksKeepsWhatFails) {
    const std::string text = step_summary(comparison_of(20'000));
    EXPECT_LT(text.size(), kMebibyte);
    EXPECT_GT(text.size(), kMebibyte / 2);
    EXPECT_THAT(text, HasSubstr("suite/benchmark19900 "));
    EXPECT_THAT(text, ContainsRegex("\nand [0-9]+ more in the artifact\n"));
    const auto rows = std::ranges::count(text, '\n');
    const auto begin = text.find("\nand ") + 5;
    EXPECT_NEAR(static_cast<double>(rows + std::stoi(text.substr(begin))), 20'000, 50);
}

TEST(StepSummary, OfManyNotesKeepsTheRows) {
    model::Comparison comparison = testing::comparison();
    comparison.notes.assign(20'000, std::string(100, 'x'));
    const std::string text = step_summary(comparison);
    EXPECT_LT(text.size(), kMebibyte);
    EXPECT_THAT(text, HasSubstr("cpu/fib"));
    EXPECT_THAT(text, ContainsRegex("\n- and [0-9]+ more in the artifact\n"));
}

TEST(Comment, StartsWithItsMarkerAndEndsWithTheVerdictAndTheLog) {
    const std::string text =
        comment(testing::comparison(), {model::ExitCode::regression, "", "https://example.org/runs/7"});
    EXPECT_THAT(text, StartsWith("<!-- vmbench gate -->\n# Run 1234abcd against"));
    EXPECT_THAT(text, EndsWith("\n**Verdict: regressed** (exit code 1)\n\n"
                               "[Log and full report](https://example.org/runs/7)\n"));
}

TEST(Comment, IsShorterThanGithubTakes) {
    const std::string text = comment(comparison_of(20'000), {});
    EXPECT_LT(text.size(), 65'536U);
    EXPECT_THAT(text, HasSubstr("suite/benchmark19900 "));
    EXPECT_THAT(text, EndsWith("**Verdict: ok** (exit code 0)\n"));
}

TEST(Outputs, SayWhatAWorkflowMayAskFor) {
    EXPECT_EQ(outputs(testing::comparison(), {model::ExitCode::regression, "build/gate", ""}),
              "verdict=regressed\n"
              "exit-code=1\n"
              "regressed-count=1\n"
              "inconclusive-count=0\n"
              "worst-benchmark=cpu/fib\n"
              "worst-change=+50.0 %\n"
              "report-path=build/gate\n"
              "run-id=1234abcd-0000-4000-8000-000000000002\n");
}

TEST(Outputs, NameTheWorstRegressionBeforeWorseGuesses) {
    model::Comparison comparison;
    comparison.verdicts = {testing::verdict("cpu/noisy", VerdictKind::inconclusive, {1.9, 0.5, 3}),
                           testing::verdict("cpu/slow", VerdictKind::regressed, {1.2, 1.1, 1.3}),
                           testing::verdict("cpu/rate", VerdictKind::regressed, {0.5, 0.4, 0.6}),
                           testing::verdict("cpu/raw", VerdictKind::regressed, {5, 4, 6})};
    comparison.verdicts[2].direction = model::Direction::higher;
    comparison.verdicts[3].role = model::Role::reference;
    EXPECT_THAT(outputs(comparison, {}), HasSubstr("worst-benchmark=cpu/rate\nworst-change=-50.0 %\n"));
    comparison.verdicts[1].kind = comparison.verdicts[2].kind = VerdictKind::unchanged;
    EXPECT_THAT(outputs(comparison, {}), HasSubstr("worst-benchmark=cpu/rate\n"));
    comparison.verdicts.resize(1);
    EXPECT_THAT(outputs(comparison, {}), HasSubstr("worst-benchmark=cpu/noisy\n"));
    comparison.verdicts[0].effect = model::Effect{0.9, 0.8, 1};
    EXPECT_THAT(outputs(comparison, {}), HasSubstr("worst-benchmark=\nworst-change=\n"));
}

TEST(Outputs, DoNotCountWhatWasAccepted) {
    model::Comparison comparison = testing::comparison();
    comparison.verdicts[0].accepted = "checks more";
    EXPECT_THAT(outputs(comparison, {}), HasSubstr("regressed-count=0\n"));
}

TEST(Outputs, OfSeveralLinesCannotForgeAnother) {
    EXPECT_EQ(output_line("a", "1\nverdict=ok"), "a<<END\n1\nverdict=ok\nEND\n");
    EXPECT_EQ(output_line("a", "1\nEND\nverdict=ok\nENDD"), "a<<ENDDD\n1\nEND\nverdict=ok\nENDD\nENDDD\n");
    EXPECT_EQ(output_line("a", "b=c"), "a=b=c\n");
}

TEST(VerdictWord, NamesEveryExitCode) {
    EXPECT_EQ(verdict_word(model::ExitCode::ok), "ok");
    EXPECT_EQ(verdict_word(model::ExitCode::not_comparable), "not-comparable");
    EXPECT_EQ(verdict_word(model::ExitCode::inconclusive), "inconclusive");
}

}  // namespace
}  // namespace harness::report
