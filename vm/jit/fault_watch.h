#pragma once

#include <cstdint>

#include "vm/jit/native_frame.h"

namespace vm::jit {

// While one of these is alive, accesses of this thread's compiled code to memory that is not there are
// answered instead of ending the process: whoever handles SIGSEGV and SIGBUS asks answer() first.
class FaultWatch {
  public:
    // With all registers in `frame.saved`; returns where the thread goes on, on the same stack, or 0 where
    // `host_pc` is not an access of compiled code. Runs in a signal handler.
    using Answer = std::uint64_t (*)(void* owner, NativeFrame& frame, std::uint64_t host_pc,
                                     std::uint64_t address);

    // `code` and `size` are where compiled code lies.
    FaultWatch(const void* code, std::uint64_t size, Answer answers, void* owner);
    ~FaultWatch();
    FaultWatch(const FaultWatch&) = delete;
    FaultWatch& operator=(const FaultWatch&) = delete;

    // For a signal handler: whether the fault was one of these; then the thread goes on when the handler
    // returns.
    static bool answer(void* context, std::uint64_t address);
    // After others had this thread's memory and ended with it, wherever they were (vfork).
    static void forget_others();
    // A handler that asks, and lets other faults go to whoever handled them before. Neither is blocked in
    // this thread from then on, nor in those it makes. Once is enough.
    static void install_handler();

  private:
    std::uint64_t code_;
    std::uint64_t size_;
    Answer answer_;
    void* owner_;
    FaultWatch* outer_;
};

}  // namespace vm::jit
