#pragma once

#include <string>

#include "harness/report/format.h"

namespace harness::report {

// Bencher Metric Format: for each benchmark its measures with the median and, where there is one, its
// interval. The metric `time` in nanoseconds is Bencher's own measure "latency" and `items_per_second` its
// "throughput"; others are called by their names as slugs. Directions have no place in it: Bencher's
// thresholds say them. (bencher.dev, Bencher Metric Format)
std::string bmf(const RunReport& report);

}  // namespace harness::report
