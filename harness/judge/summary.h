#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/judge/ratios.h"
#include "harness/model/run.h"
#include "harness/model/verdict.h"
#include "harness/stats/estimators.h"

namespace harness::judge {

// One metric of one benchmark in one run.
struct SummaryRow {
    std::string benchmark;
    model::Metric metric;
    model::Role role = model::Role::deciding;
    std::vector<double> values;               // one a process
    std::optional<double> median;             // none when nothing was measured
    std::optional<stats::Estimate> interval;  // of the median, 95 %; none for fewer than six processes
    double spread = 0;                        // robust, as a fraction of the median
    std::string error;                        // of the first process that failed
};

// What a target asked for and what the run gave: the ratio of the two medians.
struct TargetRow {
    std::string benchmark;
    std::string vs;
    model::Metric metric;
    double wanted = 1;
    double measured = 1;
    bool met = false;
};

struct RunSummary {
    std::vector<SummaryRow> rows;      // by benchmark, primary metric first
    std::vector<TargetRow> targets;    // those whose both sides were measured
    std::vector<RatioTable> ratios{};  // that suites ask for
};

RunSummary summarise(const model::RunRecord& record);

}  // namespace harness::judge
