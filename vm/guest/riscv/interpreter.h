#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "vm/engine/exit.h"
#include "vm/engine/native_tier.h"
#include "vm/guest/riscv/hart.h"
#include "vm/guest/riscv/memory_policy.h"

namespace vm::guest::riscv {

// Runs one hart over pre-decoded blocks. Memory is a MemoryPolicy: UserMemory for programs, SystemMemory for
// machines. Not thread-safe; several interpreters may share one guest memory.
template <class Memory>
class Interpreter {
  public:
    // Both outlive the interpreter.
    Interpreter(Hart& hart, Memory& memory);
    ~Interpreter();
    Interpreter(const Interpreter&) = delete;
    Interpreter& operator=(const Interpreter&) = delete;

    // Runs until at most `budget` instructions have retired, an instruction traps (ecall and ebreak are
    // traps), or request_attention() was called. CSR instructions, mret, wfi and fence.i are carried out
    // inside. hart.csrs.instret counts every retired instruction; the state is exact on return.
    engine::Exit run(std::uint64_t budget) { return run(budget, Last::whole_budget); }
    // As run, but a budget may end up to a block early: its last instructions take long one by one.
    engine::Exit run_about(std::uint64_t budget) { return run(budget, Last::whole_block); }

    // As run(1), but decodes nothing besides that instruction and remembers nothing of it.
    engine::Exit run_one();

    // Carries out an sfence.vma that another hart or firmware asks for; while run() is not running.
    void translation_fence(const TranslationFence& fence);

    // From now on run() returns with ExitReason::pending, and the pc there, before an instruction at one of
    // `addresses`; those of before are forgotten. The guest sees nothing of it. While run() is not running.
    void set_breakpoints(std::vector<std::uint64_t> addresses);

    // What a compiler needs to know of this hart; lives as long as the interpreter.
    engine::Frontend& frontend();
    // From now on blocks that were entered `threshold` times are compiled by `tier`, which outlives the
    // interpreter; none: no more. While run() is not running.
    void set_native(engine::NativeTier* tier, std::uint16_t threshold);

    // Makes run() return with ExitReason::pending within 4096 instructions. Safe from other threads and
    // signal handlers.
    void request_attention();

  private:
    enum class Last : std::uint8_t { whole_budget, whole_block };

    engine::Exit run(std::uint64_t budget, Last last);

    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace vm::guest::riscv
