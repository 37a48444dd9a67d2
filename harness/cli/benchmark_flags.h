#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/result.h"

namespace harness::cli {

// What the user's --benchmark_* flags ask of a run.
struct BenchmarkFlags {
    std::vector<std::string> passed;                // on to the suite programs, as they are
    std::optional<std::chrono::nanoseconds> slice;  // of --benchmark_min_time
};

// Each flag is --benchmark_NAME=VALUE. Those that vmbench needs for itself are refused, with what to use
// instead.
Result<BenchmarkFlags> read_benchmark_flags(const std::vector<std::string>& given);

}  // namespace harness::cli
