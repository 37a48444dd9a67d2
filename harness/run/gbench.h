#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/result.h"

namespace harness::run {

// One measurement in Google Benchmark's JSON; aggregates are not read, they can be computed again.
struct GbenchRow {
    std::string name;
    std::int64_t iterations = 0;
    double real_ns = 0;  // per iteration
    double cpu_ns = 0;
    std::map<std::string, double> counters;
    std::string error;  // set when the benchmark skipped itself with an error
};

struct GbenchOutput {
    std::map<std::string, std::string> context;  // its texts only: "compiler", "flags", "revision", ...
    std::vector<GbenchRow> rows;
};

// Reads what `--benchmark_format=json` prints. The program may be broken: text that is not JSON, a missing
// field or a time that cannot be is an error that says which.
Result<GbenchOutput> parse_gbench(std::string_view text);

}  // namespace harness::run
