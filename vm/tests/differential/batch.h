#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "vm/guest/riscv/generate.h"

namespace vm::tests {

// Programs of one process. A process start costs as much as hundreds of programs.
inline constexpr std::uint64_t kProgramsPerProcess = 100;

// Which programs: numbers [first, first + count) of a seed, all of one process; each is the same whichever
// others are with it.
struct BatchRequest {
    std::uint64_t seed = 0;
    std::uint64_t first = 0;
    std::uint64_t count = kProgramsPerProcess;
    std::size_t most_items = ~std::size_t{0};
};

// A Linux program that runs them one after the other, then writes all their data to its standard output.
struct Batch {
    std::vector<std::byte> elf;
    std::vector<guest::riscv::GeneratedProgram> programs;
    std::size_t output_size = 0;  // program_data::kSize for each program
};

Batch make_batch(const BatchRequest& request);

}  // namespace vm::tests
