#pragma once

#include <span>

#include "harness/model/run.h"
#include "harness/model/verdict.h"

namespace harness::judge {

enum class OnInconclusive { pass, fail };

// Of all that apply, the one to exit with: usage, not comparable, void, regression, failed, inconclusive, ok.
model::ExitCode most_important(std::span<const model::ExitCode> codes);

// What one row of a comparison by this method calls for.
model::ExitCode exit_code(const model::Verdict& verdict, model::Method method);

// Deciding rows count; a failed process counts in any row, because a control that computes wrong things tells
// nothing. Measured side by side, a benchmark that vanished counts as a regression, or removing one would
// excuse it. What was accepted in a review does not count.
model::ExitCode exit_code(const model::Comparison& comparison, OnInconclusive on_inconclusive);

// Adds to the note of a verdict that fails whom the rules name for it.
void name_owner(model::Verdict& verdict, model::Method method);

// measurement_failed when a process failed or the run did not get to its end.
model::ExitCode exit_code(const model::RunRecord& record);

}  // namespace harness::judge
