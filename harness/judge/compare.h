#pragma once

#include <span>
#include <string>
#include <string_view>

#include "harness/judge/rules.h"
#include "harness/model/run.h"
#include "harness/model/verdict.h"

namespace harness::judge {

// Changes when the same samples and rules may give other verdicts.
inline constexpr std::string_view kJudgeVersion = "1";

// Of the rank interval on head / base. Six processes a side reach it.
inline constexpr double kConfidence = 0.99;

enum class CrossMachine { refuse, allow };

// The newest baseline run comes last: its definitions count. history: complete earlier runs on head's machine
// class for the spread between sessions; the baseline's runs may be among them or not.
struct CompareInput {
    std::string baseline_name;
    std::span<const model::RunRecord> baseline;
    const model::RunRecord* head = nullptr;
    std::span<const model::RunRecord> history;
    CrossMachine cross_machine = CrossMachine::refuse;
};

// The only place that decides. For each benchmark and metric the ratio head / base is estimated by Hodges and
// Lehmann on logarithms, one value a process, with an exact 99 % rank interval, widened by what sessions
// differ anyway (noise.h). Then, with a threshold t and the direction of the metric:
//   regressed     the whole interval is worse than 1 + t
//   improved      the whole interval is better than 1 / (1 + t)
//   unchanged     the whole interval lies between
//   inconclusive  anything else, or fewer than six processes on a side
//   new, missing  only one side has the benchmark (in this definition); failed: a process of head failed
//
// Only a benchmark's first metric decides: the others mostly say the same in another unit, and each further
// one would be another chance of a false alarm. They are judged in the same way and shown. Rows tagged
// "reference" are controls, no change of ours can move them, so they never decide: they tell how much the
// machine itself moved.
model::Comparison compare(const CompareInput& input, const Rules& rules);

}  // namespace harness::judge
