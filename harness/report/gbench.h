#pragma once

#include <string>

#include "harness/report/format.h"

namespace harness::report {

// The run as if one Google Benchmark program had made it: each process is a repetition, so that its
// compare.py and other tools can test on them. Both times are the metric `time`, of which the suite chose the
// source; further metrics are counters. Benchmarks without `time` (nanoseconds) cannot be written and are
// left out. The context says that repetitions are processes ("vmbench_replicate"), so that importing the file
// gives the replicates back; failed processes are in the context, too ("vmbench_failed").
std::string gbench(const RunReport& report);

}  // namespace harness::report
