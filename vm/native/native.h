#pragma once

#include <cstdint>
#include <memory>

#include "vm/base/result.h"
#include "vm/guest/riscv/interpreter.h"
#include "vm/ir/passes/optimise.h"
#include "vm/jit/tier.h"
#include "vm/native/observation.h"

namespace vm::guest::riscv {
class UserMemory;
class SystemMemory;
}  // namespace vm::guest::riscv

// The compiler of this host for guests of RISC-V.
namespace vm::native {

struct Audit;

inline constexpr unsigned kMaxLevel = ir::passes::kMaxLevel;

struct Options {
    std::uint16_t threshold = 50;  // entries of a block before it is compiled
    jit::CodeCacheOptions code{};
    bool trusts_program = false;  // not to reach for memory of the host: its addresses are not looked at
    Audit* audit = nullptr;       // whoever has code compiled has it audited, see audit.h; outlives that
};

// Whether this host can run what the compiler makes.
bool supported();

// What a program's threads, or a machine's harts, have in common.
Result<std::shared_ptr<jit::CodeCache>> make_program_code(const Options& options);
Result<std::shared_ptr<jit::CodeCache>> make_machine_code(const jit::CodeCacheOptions& options);

// From now on the interpreter of a program's thread, or of a machine's hart, has its hot code compiled: by
// what is returned, which outlives that. While it is not running.
std::unique_ptr<jit::Tier> compile_hot_code(guest::riscv::Interpreter<guest::riscv::UserMemory>& interpreter,
                                            std::shared_ptr<jit::CodeCache> code, std::uint16_t threshold);
std::unique_ptr<jit::Tier> compile_hot_code(
    guest::riscv::Interpreter<guest::riscv::SystemMemory>& interpreter, std::shared_ptr<jit::CodeCache> code,
    std::uint16_t threshold);

}  // namespace vm::native
