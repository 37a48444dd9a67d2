#pragma once

#include <string>

#include "harness/model/run.h"
#include "harness/model/verdict.h"

namespace harness::cli {

// For --help: what --format takes.
std::string comparison_formats();
std::string run_formats();

Result<void> check_comparison_format(const std::string& format);
Result<void> check_run_format(const std::string& format);

// Writes a comparison to `output` ("-": standard output).
Result<void> write_comparison(const model::Comparison& comparison, const std::string& format,
                              const std::string& output);

// The same, and where GitHub Actions runs it, annotations and the step summary besides.
Result<void> show_comparison(const model::Comparison& comparison, const std::string& format,
                             const std::string& output);

Result<void> show_run(const model::RunRecord& record, const std::string& format, const std::string& output);

}  // namespace harness::cli
