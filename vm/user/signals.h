#pragma once

#include <array>
#include <cstdint>
#include <mutex>

#include "vm/user/linux_abi.h"

namespace vm::user {

// What one thread's rt_sigprocmask and sigaltstack have set.
struct SignalState {
    std::uint64_t mask = 0;
    abi::SignalStack alternate{};
};

// What rt_sigaction has set, for all threads of a program. Signals are numbered 1 to 64.
class SignalActions {
  public:
    abi::SignalAction at(int signal) const {
        const std::lock_guard lock(mutex_);
        return actions_[static_cast<std::size_t>(signal)];
    }

    // Returns the action from before. `install`, which makes the host do the same, sees the actions in the
    // order in which they come to be here.
    template <class Install>
    abi::SignalAction replace(int signal, const abi::SignalAction& wanted, Install install) {
        const std::lock_guard lock(mutex_);
        abi::SignalAction& action = actions_[static_cast<std::size_t>(signal)];
        const abi::SignalAction before = action;
        action = wanted;
        install();
        return before;
    }

    // The action that a signal meets on delivery. One with SA_RESETHAND is the default afterwards, which
    // `reset` makes the host's.
    template <class Reset>
    abi::SignalAction take(int signal, Reset reset) {
        const std::lock_guard lock(mutex_);
        abi::SignalAction& action = actions_[static_cast<std::size_t>(signal)];
        const abi::SignalAction taken = action;
        const bool handled = taken.handler != abi::kSignalDefault and taken.handler != abi::kSignalIgnore;
        if (handled and (taken.flags & static_cast<std::uint32_t>(SA_RESETHAND)) != 0) {
            action.handler = abi::kSignalDefault;
            reset();
        }
        return taken;
    }

    // Around a fork of the process: as long as this is held, no other thread changes them.
    std::unique_lock<std::mutex> hold() const { return std::unique_lock(mutex_); }

    // Takes another's over. `along`, which copies what the host keeps beside them, sees the same ones.
    template <class Along>
    void copy(const SignalActions& other, Along along) {
        const std::scoped_lock lock(mutex_, other.mutex_);
        actions_ = other.actions_;
        along();
    }

  private:
    mutable std::mutex mutex_;
    std::array<abi::SignalAction, 65> actions_{};  // by signal number
};

// What a signal with the default action does (signal(7)). `core` ends the program as `terminate` does.
enum class DefaultAction : std::uint8_t { terminate, core, ignore, stop, resume };
DefaultAction default_action(int signal);

// The default action is to end the program.
bool fatal_by_default(int signal);

// "SIGSEGV"; real-time signals have one name for all.
const char* signal_name(int signal);

// The signal would end the program if it were sent to this thread now.
bool would_kill(const SignalState& state, const SignalActions& actions, int signal);

}  // namespace vm::user
