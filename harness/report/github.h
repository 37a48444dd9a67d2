#pragma once

#include <string>
#include <string_view>

#include "harness/report/format.h"

namespace harness::report {

// Workflow commands for standard output: ::error for regressions, failures, refusals and void runs, ::warning
// for missing benchmarks and a comparison across machines. GitHub shows ten of each a step, so the tenth
// counts the rest.
std::string annotations(const model::Comparison& comparison);
std::string annotations(const RunReport& report);

// For the file that GITHUB_STEP_SUMMARY names: the Markdown report, cut before GitHub's limit of 1 MiB would
// drop it.
std::string step_summary(const model::Comparison& comparison);
std::string step_summary(const RunReport& report);

// "::LEVEL title=TITLE::MESSAGE" with what ends a command or a property escaped, so that no benchmark's
// message can start a command of its own.
std::string workflow_command(std::string_view level, std::string_view title, std::string_view message);

}  // namespace harness::report
