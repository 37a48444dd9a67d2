#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <sys/resource.h>

#include "vm/engine/trap.h"
#include "vm/guest/riscv/hart.h"
#include "vm/user/address_space.h"
#include "vm/user/host_signals.h"
#include "vm/user/signals.h"

namespace vm::user {

// How a program ended, or why running it stopped.
struct Outcome {
    enum class Kind : std::uint8_t { exited, killed, instruction_limit };
    Kind kind = Kind::exited;
    int code = 0;  // exit code 0 to 255, or the signal
    std::optional<engine::Trap> trap =
        {};  // what the instruction at the pc raised, when that is what killed it
};

// What the system calls of one program work on: the Linux kernel's side of the process.
struct Kernel {
    AddressSpace& memory;
    guest::riscv::Hart& hart;
    HostSignals& host_signals;
    SignalState signals{};
    std::string executable{};  // absolute path: what /proc/self/exe is
    int diagnostics_fd = 2;    // where --strace writes; a guest cannot reach it unless it is 2
    std::array<rlimit, 3>
        own_limits{};  // RLIMIT_DATA, RLIMIT_STACK, RLIMIT_AS as the guest set them, never the host's
    bool missing_call_noted = false;
    std::optional<Outcome> outcome{};  // set once the program has ended
};

// a0 to a5.
using SysArgs = std::array<std::uint64_t, 6>;

// The argument as the C int it is.
constexpr int as_int(std::uint64_t argument) {
    return static_cast<int>(static_cast<std::uint32_t>(argument));
}

}  // namespace vm::user
