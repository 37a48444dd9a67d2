#include "suites/common/case_reporter.h"

#include <gtest/gtest.h>

namespace suites::common {
namespace {

// Keeps what reaches it.
class RecordingReporter final : public benchmark::BenchmarkReporter {
  public:
    bool ReportContext(const Context&) override { return true; }
    void ReportRuns(const std::vector<Run>& report) override {
        runs.insert(runs.end(), report.begin(), report.end());
    }
    void Finalize() override { finalized = true; }

    std::vector<Run> runs;
    bool finalized = false;
};

benchmark::BenchmarkReporter::Run run_of(const std::string& id) {
    benchmark::BenchmarkReporter::Run run;
    run.run_name.function_name = id;
    return run;
}

TEST(CaseReporter, TheTimeTypeIsNotPartOfTheId) {
    RecordingReporter inner;
    CaseReporter reporter(inner);
    auto run = run_of("fib/interp");
    run.run_name.time_type = "manual_time";
    reporter.ReportRuns({run});
    ASSERT_EQ(inner.runs.size(), 1U);
    EXPECT_EQ(inner.runs[0].benchmark_name(), "fib/interp");
}

TEST(CaseReporter, FailedRunsAreCountedAndPassedOn) {
    RecordingReporter inner;
    CaseReporter reporter(inner);
    auto failed = run_of("b");
    failed.error_occurred = true;
    reporter.ReportRuns({run_of("a")});
    reporter.ReportRuns({failed});
    EXPECT_EQ(reporter.failures(), 1);
    EXPECT_EQ(inner.runs.size(), 2U);
}

TEST(CaseReporter, TheEndIsPassedOn) {
    RecordingReporter inner;
    CaseReporter reporter(inner);
    reporter.Finalize();
    EXPECT_TRUE(inner.finalized);
}

TEST(CaseReporter, KnownFormatsHaveAReporter) {
    EXPECT_NE(make_reporter("json"), nullptr);
    EXPECT_NE(make_reporter("console"), nullptr);
    EXPECT_NE(make_reporter("csv"), nullptr);
    EXPECT_EQ(make_reporter("xml"), nullptr);
}

}  // namespace
}  // namespace suites::common
