#pragma once

#include <string>

#include "harness/model/run.h"
#include "harness/model/verdict.h"

namespace harness::cli {

// Where GitHub Actions runs this (GITHUB_ACTIONS=true): annotations on standard output, and the report in the
// step summary (GITHUB_STEP_SUMMARY). Nothing anywhere else. Errors are files that cannot be written.
Result<void> tell_github(const model::Comparison& comparison);
Result<void> tell_github(const model::RunRecord& record);

// What a gate that ends with `code` leaves for GitHub: annotations, the step summary and the step's outputs
// (GITHUB_OUTPUT) where GitHub Actions runs it; and wherever it runs, comment.md in the report's folder, if
// there is one.
Result<void> report_to_github(const model::Comparison& comparison, const std::string& report_folder,
                              model::ExitCode code);

}  // namespace harness::cli
