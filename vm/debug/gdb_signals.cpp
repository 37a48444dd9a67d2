#include "vm/debug/gdb_signals.h"

#include <algorithm>
#include <array>

namespace vm::debug {
namespace {

constexpr std::uint8_t kUnknown = 143;

// Indexed by Linux's number. (GDB: include/gdb/signals.def)
constexpr auto kNumbers = [] {
    std::array<std::uint8_t, 65> numbers{
        0,  1,  2,        3,  4,  5,  6,   // HUP INT QUIT ILL TRAP ABRT
        10, 8,  9,        30, 11, 31, 13,  // BUS FPE KILL USR1 SEGV USR2 PIPE
        14, 15, kUnknown,                  // ALRM TERM STKFLT
        20, 19, 17,       18, 21, 22, 16,  // CHLD CONT STOP TSTP TTIN TTOU URG
        24, 25, 26,       27, 28, 23, 32,  // XCPU XFSZ VTALRM PROF WINCH IO PWR
        12, 77,                            // SYS, the first real-time signal
    };
    for (std::uint8_t signal = 33; signal < 64; ++signal) {
        numbers[signal] = static_cast<std::uint8_t>(signal + 12);
    }
    numbers[64] = 78;
    return numbers;
}();

}  // namespace

std::uint8_t gdb_signal(int linux_signal) {
    if (linux_signal < 0 or linux_signal >= static_cast<int>(kNumbers.size())) {
        return kUnknown;
    }
    return kNumbers[static_cast<std::size_t>(linux_signal)];
}

std::optional<int> linux_signal(std::uint64_t gdb_signal) {
    const auto found = std::find(kNumbers.begin(), kNumbers.end(), gdb_signal);
    if (found == kNumbers.end() or gdb_signal == kUnknown) {
        return std::nullopt;
    }
    return static_cast<int>(found - kNumbers.begin());
}

}  // namespace vm::debug
