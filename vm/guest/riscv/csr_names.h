#pragma once

#include <cstdint>

namespace vm::guest::riscv {

// The manual's name of a control and status register, whether or not our hart has it; nullptr when none is
// known.
const char* csr_name(std::uint16_t number);

}  // namespace vm::guest::riscv
