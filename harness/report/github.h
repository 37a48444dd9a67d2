#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "harness/model/suite.h"
#include "harness/report/format.h"

namespace harness::report {

// Workflow commands for standard output: ::error for what fails, ::warning for what a reader should look at,
// ::notice for what would fail had it not been accepted. GitHub shows ten of each kind a step, so that after
// nine the tenth counts the rest. They point at the benchmark's case in the source where that is known and
// still there.
std::string annotations(const model::Comparison& comparison);
std::string annotations(const RunReport& report);

// For the file that GITHUB_STEP_SUMMARY names: the Markdown report in less than GitHub's limit of 1 MiB,
// beyond which it would drop it all. What fails comes first; what does not fit is counted.
std::string step_summary(const model::Comparison& comparison);
std::string step_summary(const RunReport& report);

// What a gate tells besides its comparison.
struct GateEnd {
    model::ExitCode code = model::ExitCode::ok;
    std::string report_folder;  // of the report's files; empty: none were written
    std::string log;            // URL of the log and the artifacts; empty outside GitHub
};

// For the file that GITHUB_OUTPUT names: verdict, exit-code, regressed-count, inconclusive-count,
// worst-benchmark and worst-change (both empty when nothing is worse), report-path and run-id.
std::string outputs(const model::Comparison& comparison, const GateEnd& end);

// The body of a pull request's comment, below the 65,536 characters that GitHub takes. Its first line, which
// shows nothing, tells the comment to edit from all others.
std::string comment(const model::Comparison& comparison, const GateEnd& end);

// "ok", "regressed", "usage", "failed", "not-comparable", "void" or "inconclusive".
std::string_view verdict_word(model::ExitCode code);

// "::LEVEL file=FILE,line=LINE,title=TITLE::MESSAGE" with what ends a command or a property escaped, so that
// no benchmark's message can start a command of its own.
std::string workflow_command(std::string_view level, std::string_view title, std::string_view message,
                             const std::optional<model::SourcePlace>& place = {});

// One output as GITHUB_OUTPUT takes it: "NAME=VALUE", or for a value of several lines the form between two
// delimiters that are no line of it.
std::string output_line(std::string_view name, std::string_view value);

}  // namespace harness::report
