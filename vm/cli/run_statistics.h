#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "vm/native/observation.h"

namespace vm::cli {

struct RunResult {
    std::uint64_t instructions = 0;  // of all harts or threads
    std::chrono::nanoseconds elapsed{};
    native::Counts compilers{};
};

// The lines of --stats: "1000000 instructions in 0.010000 s, 100.0 M instructions/s"; where there is a
// compiler that is observed, ", 97.3 % compiled", by how many instructions retired in compiled code, and
// native::compiler_statistics.
std::vector<std::string> run_statistics(const RunResult& result, const native::Observation* observation);

}  // namespace vm::cli
