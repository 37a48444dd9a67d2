#pragma once

#include <cstdint>
#include <optional>

namespace vm::machine {

// A value written to the `tohost` word of the host-target interface (riscv-isa-sim, the only specification):
// 1 says the program succeeded, another odd value that it failed with value >> 1, an even one asks the host
// for a service.
struct HtifRequest {
    enum class Kind : std::uint8_t { none, exit, service };
    Kind kind;
    std::uint64_t exit_code;  // of exit
};

HtifRequest decode_tohost(std::uint64_t value);

// What a process can report of an exit code: itself, or 255 where it does not fit.
int process_exit_code(std::uint64_t exit_code);

}  // namespace vm::machine
