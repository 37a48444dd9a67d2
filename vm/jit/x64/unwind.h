#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "vm/jit/host_registers.h"
#include "vm/jit/native_frame.h"

namespace vm::jit::x64 {

// What lies above a NativeFrame on the host's stack: what aligns it, these registers, of which the first was
// pushed first, and the address that the code returns to.
inline constexpr std::array<std::uint8_t, 6> kCalleeSaved = {kRbx, kRbp, 12, 13, 14, 15};
inline constexpr std::size_t kStackBytes = sizeof(NativeFrame) + 8;
static_assert(kCalleeSaved.size() % 2 == 0);

// The same for debuggers: a section .debug_frame (DWARF 4, 6.4) for `size` bytes of code at `address` that
// run with such a frame. It does not hold for instructions between a push and its pop.
std::vector<std::byte> unwind_section(std::uint64_t address, std::uint64_t size);

}  // namespace vm::jit::x64
