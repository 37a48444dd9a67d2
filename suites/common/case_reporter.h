#pragma once

#include <memory>
#include <vector>

#include <benchmark/benchmark.h>

namespace suites::common {

// Passes results on to a reporter of Google Benchmark, under the case's own id (without the "/manual_time"
// that the library appends), and counts the cases that failed, which the library itself does not tell.
class CaseReporter final : public benchmark::BenchmarkReporter {
  public:
    // `inner` stays owned by the caller and must outlive this.
    explicit CaseReporter(benchmark::BenchmarkReporter& inner) : inner_(inner) {}

    bool ReportContext(const Context& context) override;
    void ReportRuns(const std::vector<Run>& report) override;
    void Finalize() override;

    int failures() const { return failures_; }

  private:
    benchmark::BenchmarkReporter& inner_;
    int failures_ = 0;
};

// A new reporter for files in the format "console", "json" or "csv"; nullptr for any other.
std::unique_ptr<benchmark::BenchmarkReporter> make_reporter(const std::string& format);

}  // namespace suites::common
