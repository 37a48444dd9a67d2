#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace vm::cli {

// The line of --stats: "1000000 instructions in 0.010000 s, 100.0 M instructions/s"; where there is a
// compiler,
// ", 97.3 % compiled", by how many instructions retired in compiled code.
std::string run_statistics(std::uint64_t instructions, std::chrono::nanoseconds elapsed,
                           std::optional<std::uint64_t> compiled = {});

}  // namespace vm::cli
