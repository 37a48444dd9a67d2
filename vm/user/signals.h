#pragma once

#include <array>
#include <cstdint>

#include "vm/user/linux_abi.h"

namespace vm::user {

// What the guest's rt_sigaction, rt_sigprocmask and sigaltstack have set.
struct SignalState {
    std::array<abi::SignalAction, 65> actions{};  // by signal number
    std::uint64_t mask = 0;
    abi::SignalStack alternate{};
};

// What a signal with the default action does (signal(7)). `core` ends the program as `terminate` does.
enum class DefaultAction : std::uint8_t { terminate, core, ignore, stop, resume };
DefaultAction default_action(int signal);

// "SIGSEGV"; real-time signals have one name for all.
const char* signal_name(int signal);

// The signal would end the program if it were sent now.
bool would_kill(const SignalState& state, int signal);

}  // namespace vm::user
