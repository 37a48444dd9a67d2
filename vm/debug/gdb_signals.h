#pragma once

#include <cstdint>
#include <optional>

namespace vm::debug {

// The protocol numbers signals in its own way, the same for all systems. Numbers of Linux are those of the
// generic table (asm-generic/signal.h), which RISC-V uses.

// 143, "unknown signal", for what gdb has no number for.
std::uint8_t gdb_signal(int linux_signal);

// 0 for 0, which means no signal; nothing for signals that Linux does not have.
std::optional<int> linux_signal(std::uint64_t gdb_signal);

}  // namespace vm::debug
