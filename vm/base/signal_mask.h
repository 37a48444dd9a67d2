#pragma once

#include <csignal>
#include <cstdint>
#include <sys/syscall.h>

#include <unistd.h>

// Sets of signals as the kernel has them. glibc's functions leave out those that it keeps for itself, which a
// guest may block; its type is longer than what is there.
namespace vm {

// Of signals 1 to 64.
constexpr std::uint64_t signal_bit(int signal) { return std::uint64_t{1} << (signal - 1); }

// Of vm's own instructions: where they are blocked they end it without a word.
inline constexpr std::uint64_t kFaultSignals =
    signal_bit(SIGSEGV) | signal_bit(SIGBUS) | signal_bit(SIGILL) | signal_bit(SIGFPE) | signal_bit(SIGTRAP);

// Sets what this thread blocks; returns what it blocked before.
inline std::uint64_t change_signal_mask(std::uint64_t mask) {
    std::uint64_t before = 0;
    ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, &before, sizeof mask);
    return before;
}

}  // namespace vm
