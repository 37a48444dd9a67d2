#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "vm/base/result.h"
#include "vm/guest/riscv/hart.h"

namespace vm::guest::riscv {

// What a debugger sees of a hart, under the numbers that gdb knows RISC-V's registers by: x0 to x31, pc, f0
// to f31, the control and status registers, and the privilege as a register of its own. All have 64 bits.
namespace debug_register {
inline constexpr unsigned kPc = 32;
inline constexpr unsigned kFirstFloat = 33;
inline constexpr unsigned kFirstCsr = 65;
inline constexpr unsigned kPrivilege = kFirstCsr + 4096;  // as mstatus.MPP encodes it
inline constexpr unsigned kGeneral = kPc + 1;             // those below are worth sending at every stop
inline constexpr std::size_t kSize = 8;                   // bytes
}  // namespace debug_register

// Numbers are below this one; not all of them are registers of such a hart.
unsigned debug_register_count(HartKind kind);
// A user program has the floating-point registers and the counters of the control and status registers, and
// no privilege; a machine's hart has all of csr.inc that it can reach in M.
bool debug_register_exists(HartKind kind, unsigned number);

// The target.xml of gdb's manual, with the standard features of RISC-V. (GDB manual, "RISC-V Features")
std::string debug_target_description(HartKind kind);

// While the hart runs nothing. No privilege is asked for, and reading has no side effects. A write behaves as
// the hart's own: x0 stays zero, fields keep what they must not hold. Errors are registers that do not exist
// or cannot be written, and values that the hart cannot be in.
Result<std::uint64_t> read_debug_register(const Hart& hart, unsigned number);
Result<void> write_debug_register(Hart& hart, unsigned number, std::uint64_t value);

// The same with a value as gdb has it, lowest byte first; another length than kSize is an error, too.
Result<std::vector<std::byte>> read_debug_register_bytes(const Hart& hart, unsigned number);
Result<void> write_debug_register_bytes(Hart& hart, unsigned number, std::span<const std::byte> bytes);

}  // namespace vm::guest::riscv
