#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "harness/model/run.h"
#include "harness/model/verdict.h"

namespace harness::judge {

// One metric of one benchmark: one value a process, the median of what that process sampled. Processes are
// the replicates; the samples within one share its address layout and its luck.
struct Series {
    model::Metric metric;
    std::vector<double> values;
};

// What one or several runs know of a benchmark.
struct Measured {
    model::Benchmark benchmark;
    std::vector<Series> series;       // in the order of the benchmark's metrics, the primary one first
    std::vector<std::string> errors;  // one for each process that failed
    std::string program_hash;
};

// By benchmark id, ascending. Samples of failed processes do not count: what they printed may be wrong too.
std::vector<Measured> measured(const model::RunRecord& record);

// Several runs as one, with all their processes. Where definitions differ, the last run's holds and runs with
// another one are left out.
std::vector<Measured> merged(std::span<const model::RunRecord> records);

// What the metric of this index is for: only the primary one, the first, of a benchmark decides, or controls.
model::Role role_of(const model::Benchmark& benchmark, std::size_t metric_index);

// The benchmark of that id, or null.
const Measured* find(const std::vector<Measured>& sorted, const std::string& id);

// The series of that metric, or null.
const Series* find(const Measured& measured, const std::string& metric);

}  // namespace harness::judge
