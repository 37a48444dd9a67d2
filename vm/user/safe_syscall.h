#pragma once

#include <atomic>
#include <cstdint>

#include <signal.h>

namespace vm::user {

// What interruptible_syscall returns when a signal came before the call was made: the kernel's ERESTARTSYS,
// which programs never see.
inline constexpr std::int64_t kInterruptedBefore = -512;

// Makes a system call that may block unless *pending is non-zero. A signal that arrives between the look at
// *pending and the call itself would be lost until the call ends by itself; the signal handler closes that
// gap by calling rewind_interruptible_syscall, which makes the call return kInterruptedBefore instead.
// Returns what the kernel does, so errors are negative error numbers.
std::int64_t interruptible_syscall(const std::atomic<int>* pending, long number,
                                   const std::uint64_t (&arguments)[6]);

// To be called by a signal handler with its third argument, after *pending was set.
void rewind_interruptible_syscall(ucontext_t& interrupted);

}  // namespace vm::user
