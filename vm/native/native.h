#pragma once

#include <cstdint>
#include <memory>

#include "vm/base/result.h"
#include "vm/guest/riscv/interpreter.h"
#include "vm/ir/passes/optimise.h"
#include "vm/jit/tier.h"

namespace vm::guest::riscv {
class UserMemory;
class SystemMemory;
}  // namespace vm::guest::riscv

// The compiler of this host for guests of RISC-V.
namespace vm::native {

inline constexpr unsigned kMaxLevel = ir::passes::kMaxLevel;

struct Options {
    std::uint16_t threshold = 50;  // entries of a block before it is compiled
    jit::TierOptions tier{};
};

// Whether this host can run what the compiler makes.
bool supported();

// From now on the interpreter of a program's thread, or of a machine's hart, has its hot code compiled: by
// what is returned, which outlives that. While it is not running.
Result<std::unique_ptr<jit::Tier>> compile_hot_code(
    guest::riscv::Interpreter<guest::riscv::UserMemory>& interpreter, const Options& options);
Result<std::unique_ptr<jit::Tier>> compile_hot_code(
    guest::riscv::Interpreter<guest::riscv::SystemMemory>& interpreter, const Options& options);

}  // namespace vm::native
