#pragma once

#include <string>
#include <vector>

#include "harness/duel/bisect.h"
#include "harness/run/history.h"

namespace harness::cli {

// "+9.8 %": a logarithm of a ratio.
std::string change_text(double log_ratio);

// What a search did: a line for each commit that it tried, and for those that are suspects in the end, with
// the estimate of its change, what that shows of the step, and how likely it is the first bad one. Commits
// are those searched, oldest first; the last one is the bad commit.
std::string bisect_table(const std::vector<run::LoggedCommit>& commits, const duel::Bisected& result,
                         const stats::KnownStep& step);

// The answer, or why there is none and what is left; `benchmark` and `good` are for the commands that it
// proposes.
std::string bisect_answer(const std::vector<run::LoggedCommit>& commits, const duel::Bisected& result,
                          const std::string& benchmark, const std::string& good);

}  // namespace harness::cli
