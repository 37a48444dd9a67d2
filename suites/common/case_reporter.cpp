#include "suites/common/case_reporter.h"

namespace suites::common {

bool CaseReporter::ReportContext(const Context& context) {
    // The library sets the streams of the reporter it knows, which is this one.
    inner_.SetOutputStream(&GetOutputStream());
    inner_.SetErrorStream(&GetErrorStream());
    return inner_.ReportContext(context);
}

void CaseReporter::ReportRuns(const std::vector<Run>& report) {
    std::vector<Run> renamed = report;
    for (Run& run : renamed) {
        run.run_name.time_type.clear();
        failures_ += run.error_occurred ? 1 : 0;
    }
    inner_.ReportRuns(renamed);
}

void CaseReporter::Finalize() { inner_.Finalize(); }

std::unique_ptr<benchmark::BenchmarkReporter> make_reporter(const std::string& format) {
    if (format == "json") {
        return std::make_unique<benchmark::JSONReporter>();
    }
    if (format == "console") {
        return std::make_unique<benchmark::ConsoleReporter>(benchmark::ConsoleReporter::OO_None);
    }
    if (format == "csv") {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"  // deprecated for years, still the only one
        return std::make_unique<benchmark::CSVReporter>();
#pragma GCC diagnostic pop
    }
    return nullptr;
}

}  // namespace suites::common
