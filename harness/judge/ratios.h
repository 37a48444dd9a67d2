#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/run.h"
#include "harness/stats/estimators.h"

namespace harness::judge {

// How many times the value of one benchmark another one's is in the same run. A round holds each benchmark
// once and is the replicate, since a slow minute of the machine falls on both: the Hodges-Lehmann centre of
// the rounds' logarithms, with its exact 95 % signed-rank interval, none for fewer than six rounds.
struct Ratio {
    double value = 1;
    std::optional<stats::Estimate> interval;
    std::size_t rounds = 0;
};

// One benchmark over one that it is compared with.
struct RatioCell {
    std::optional<Ratio> ratio;
    std::string
        problem;  // why there is none: what a process that failed said; empty when something was not measured
};

// All benchmarks whose ids have the component `own`, over those that have `other` in its place.
struct RatioColumn {
    std::string own;
    std::string other;
    std::vector<std::optional<RatioCell>>
        cells;                  // by the table's rows; none where no comparison is asked for
    std::optional<Ratio> mean;  // geometric; none for fewer than two ratios
    std::size_t counted = 0;    // ratios in the mean
    std::size_t asked = 0;      // cells that there are
};

// What the benchmarks of a suite say that they are to be compared with, by one metric.
struct RatioTable {
    std::string suite;
    model::Metric metric;
    std::vector<std::string> rows;  // what is left of the ids, ascending
    std::vector<RatioColumn> columns;
};

// By suite and metric. The mean of a column is that of its ratios within each round that has all of them: its
// interval tells how well these benchmarks were measured, not how others might behave.
std::vector<RatioTable> ratio_tables(const model::RunRecord& record);

}  // namespace harness::judge
