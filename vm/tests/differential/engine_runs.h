#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "vm/base/result.h"

namespace vm::tests {

// How a process ended: what it wrote, and its exit code (128 + signal when killed, 124 when it took too
// long).
struct Outcome {
    int exit_code = 0;
    std::vector<std::byte> output;

    friend bool operator==(const Outcome&, const Outcome&) = default;
};

struct Outcomes {
    Outcome vm;
    Outcome qemu;
};

// The two engines' command lines, to which the program's path is appended.
struct Engines {
    std::string vm;
    std::string qemu;
};

// Runs one ELF file on both at the same time. Fails when the file cannot be written or a shell cannot be
// started.
Result<Outcomes> run_on_both(const Engines& engines, std::span<const std::byte> elf);

}  // namespace vm::tests
