#include "harness/cli/output.h"

#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>

#include "harness/cli/text.h"

namespace harness::cli {
namespace {

using testing::HasSubstr;

model::Comparison example() {
    model::Verdict verdict;
    verdict.benchmark = "memory/read";
    verdict.metric = "time";
    verdict.unit = "ns";
    verdict.kind = model::VerdictKind::regressed;
    verdict.effect = model::Effect{2, 1.9, 2.1};
    model::Comparison comparison;
    comparison.baseline = "main";
    comparison.verdicts = {verdict};
    return comparison;
}

class Output : public testing::Test {
  protected:
    void SetUp() override {
        leave_github();
        std::string name = testing::TempDir() + "outputXXXXXX";
        folder_ = mkdtemp(name.data());
        path_ = folder_ + "/output";
    }
    void TearDown() override {
        leave_github();
        std::filesystem::remove_all(folder_);
    }
    static void leave_github() {
        unsetenv("GITHUB_ACTIONS");
        unsetenv("GITHUB_STEP_SUMMARY");
    }
    std::string folder_;
    std::string path_;
};

TEST_F(Output, FormatsThatCannotShowAComparisonAreRefused) {
    EXPECT_TRUE(check_comparison_format("markdown").has_value());
    EXPECT_TRUE(check_run_format("gbench").has_value());
    EXPECT_THAT(check_comparison_format("gbench").error().message,
                HasSubstr("no format 'gbench' here (there are: "));
    EXPECT_FALSE(check_run_format("pdf").has_value());
}

TEST_F(Output, HelpNamesTheFormats) {
    EXPECT_THAT(comparison_formats(), testing::StartsWith("terminal, markdown"));
    EXPECT_THAT(run_formats(), HasSubstr("gbench"));
}

TEST_F(Output, FilesHaveNoColours) {
    ASSERT_TRUE(show_comparison(example(), "terminal", path_).has_value());
    const std::string text = read_file(path_).value();
    EXPECT_THAT(text, HasSubstr("memory/read"));
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST_F(Output, OnGitHubThereAreAnnotationsAndAStepSummary) {
    const std::string summary = folder_ + "/summary.md";
    setenv("GITHUB_ACTIONS", "true", 1);
    setenv("GITHUB_STEP_SUMMARY", summary.c_str(), 1);
    testing::internal::CaptureStdout();
    const auto shown = show_comparison(example(), "json", path_);
    EXPECT_THAT(testing::internal::GetCapturedStdout(), HasSubstr("::error"));
    ASSERT_TRUE(shown.has_value());
    EXPECT_THAT(read_file(summary).value(), HasSubstr("memory/read"));
}

TEST_F(Output, JsonOnStandardOutputIsNothingButJson) {
    setenv("GITHUB_ACTIONS", "true", 1);
    testing::internal::CaptureStdout();
    ASSERT_TRUE(show_comparison(example(), "json", "-").has_value());
    EXPECT_THAT(testing::internal::GetCapturedStdout(), testing::Not(HasSubstr("::error")));
}

TEST_F(Output, AStepSummaryThatCannotBeWrittenIsAnError) {
    setenv("GITHUB_ACTIONS", "true", 1);
    setenv("GITHUB_STEP_SUMMARY", "/nonexistent/summary.md", 1);
    testing::internal::CaptureStdout();
    const auto shown = show_comparison(example(), "terminal", path_);
    (void)testing::internal::GetCapturedStdout();
    EXPECT_THAT(shown.error().message, HasSubstr("cannot write the step summary"));
}

}  // namespace
}  // namespace harness::cli
