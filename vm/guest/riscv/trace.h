#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "vm/engine/trap.h"
#include "vm/guest/riscv/hart.h"

namespace vm::guest::riscv {

// The registers an instruction may change, as they were before it.
struct TraceRegisters {
    std::array<std::uint64_t, 32> x;
    std::array<std::uint64_t, 32> f;
};

TraceRegisters trace_registers(const Hart& hart);

// "80000004: 00150513  addi a0,a0,1  a0=0x2": the instruction that was at pc and the registers it changed.
std::string trace_line(std::uint64_t pc, std::uint32_t bits, const TraceRegisters& before, const Hart& after);

// "80000004: trap: illegal instruction (2), value 0x0".
std::string trap_line(std::uint64_t pc, const engine::Trap& trap);

// What mcause means, in words: "illegal instruction (2)", "machine timer interrupt".
std::string describe_cause(std::uint64_t cause);

}  // namespace vm::guest::riscv
