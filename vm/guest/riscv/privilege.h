#pragma once

#include <cstdint>

namespace vm::guest::riscv {

// Privilege levels as mstatus.MPP encodes them (Priv. 1.2).
enum class Privilege : std::uint8_t { user = 0, supervisor = 1, machine = 3 };

}  // namespace vm::guest::riscv
