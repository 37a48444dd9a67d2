#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "vm/engine/exit.h"
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
    engine::Exit run(std::uint64_t budget);

    // Carries out an sfence.vma that another hart or firmware asks for; while run() is not running.
    void translation_fence(const TranslationFence& fence);

    // From now on run() returns with ExitReason::pending, and the pc there, before an instruction at one of
    // `addresses`; those of before are forgotten. The guest sees nothing of it. While run() is not running.
    void set_breakpoints(std::vector<std::uint64_t> addresses);

    // Makes run() return with ExitReason::pending within 4096 instructions. Safe from other threads and
    // signal handlers.
    void request_attention();

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace vm::guest::riscv
