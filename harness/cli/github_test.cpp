#include "harness/cli/github.h"

#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>

#include "harness/cli/text.h"

namespace harness::cli {
namespace {

namespace fs = std::filesystem;
using testing::EndsWith;
using testing::HasSubstr;

model::Comparison example() {
    model::Verdict verdict;
    verdict.benchmark = "memory/read";
    verdict.metric = "time";
    verdict.unit = "ns";
    verdict.kind = model::VerdictKind::regressed;
    verdict.effect = model::Effect{1.5, 1.4, 1.6};
    verdict.source = model::SourcePlace{"suites/memory/cases.cpp", 12};
    model::Comparison comparison;
    comparison.method = model::Method::side_by_side;
    comparison.run = "1234abcd";
    comparison.verdicts = {verdict};
    return comparison;
}

constexpr const char* kVariables[] = {"GITHUB_ACTIONS",    "GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT",
                                      "GITHUB_SERVER_URL", "GITHUB_REPOSITORY",   "GITHUB_RUN_ID"};

class Github : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "githubXXXXXX";
        folder_ = mkdtemp(name.data());
        for (const char* variable : kVariables) unsetenv(variable);
    }
    void TearDown() override {
        for (const char* variable : kVariables) unsetenv(variable);
        fs::remove_all(folder_);
    }
    void be_on_github() {
        setenv("GITHUB_ACTIONS", "true", 1);
        setenv("GITHUB_STEP_SUMMARY", (folder_ / "summary").c_str(), 1);
        setenv("GITHUB_OUTPUT", (folder_ / "output").c_str(), 1);
    }
    // What standard output got.
    std::string report(const std::string& report_folder) {
        testing::internal::CaptureStdout();
        const auto done = report_to_github(example(), report_folder, model::ExitCode::regression);
        error_ = done ? "" : done.error().message;
        return testing::internal::GetCapturedStdout();
    }
    std::string content(const char* name) { return read_file((folder_ / name).string()).value(); }

    fs::path folder_;
    std::string error_;
};

TEST_F(Github, AGateWritesAnnotationsSummaryAndOutputs) {
    be_on_github();
    EXPECT_THAT(report(""), HasSubstr("::error file=suites/memory/cases.cpp,line=12,title=regressed"));
    EXPECT_EQ(error_, "");
    EXPECT_THAT(content("summary"), HasSubstr("memory/read"));
    EXPECT_THAT(content("output"), HasSubstr("verdict=regressed\nexit-code=1\n"));
    EXPECT_THAT(content("output"), HasSubstr("run-id=1234abcd\n"));
}

TEST_F(Github, OutputsOfOtherCommandsOfTheStepStay) {
    be_on_github();
    ASSERT_TRUE(write_output((folder_ / "output").string(), "mine=1\n").has_value());
    (void)report("");
    EXPECT_THAT(content("output"), testing::StartsWith("mine=1\nverdict="));
}

TEST_F(Github, TheCommentLinksToTheLog) {
    be_on_github();
    setenv("GITHUB_SERVER_URL", "https://example.org", 1);
    setenv("GITHUB_REPOSITORY", "us/vm", 1);
    setenv("GITHUB_RUN_ID", "77", 1);
    (void)report(folder_.string());
    EXPECT_THAT(content("comment.md"), EndsWith("(https://example.org/us/vm/actions/runs/77)\n"));
    EXPECT_THAT(content("output"), HasSubstr("report-path=" + folder_.string() + "\n"));
}

TEST_F(Github, ElsewhereThereIsTheCommentAlone) {
    EXPECT_EQ(report(folder_.string()), "");
    EXPECT_EQ(error_, "");
    EXPECT_THAT(content("comment.md"), EndsWith("**Verdict: regressed** (exit code 1)\n"));
    EXPECT_FALSE(fs::exists(folder_ / "output"));
}

TEST_F(Github, FilesThatCannotBeWrittenAreErrors) {
    be_on_github();
    setenv("GITHUB_OUTPUT", "/nonexistent/output", 1);
    (void)report("");
    EXPECT_THAT(error_, HasSubstr("cannot write the step's outputs '/nonexistent/output'"));
    (void)report("/nonexistent");
    EXPECT_THAT(error_, HasSubstr("/nonexistent/comment.md"));
}

}  // namespace
}  // namespace harness::cli
