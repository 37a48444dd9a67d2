#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace vm::cli {

// The line of --stats: "1000000 instructions in 0.010000 s, 100.0 M instructions/s".
std::string run_statistics(std::uint64_t instructions, std::chrono::nanoseconds elapsed);

}  // namespace vm::cli
