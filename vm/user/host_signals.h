#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include <signal.h>

#include "vm/base/result.h"
#include "vm/user/address_space.h"

namespace vm::user {

inline constexpr int kSignalCount = 64;

// The bit of a signal (1 to 64) in the kernel's 64-bit signal sets.
constexpr std::uint64_t signal_bit(int signal) { return std::uint64_t{1} << (signal - 1); }

// SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP: raised by an instruction itself.
bool raised_by_instructions(int signal);

// What system calls return when a signal came in between: make the call again after a handler with
// SA_RESTART, after any handler, or never after a handler. The values are the kernel's ERESTARTSYS,
// ERESTARTNOINTR, ERESTARTNOHAND.
inline constexpr SysValue kRestart = -512;
inline constexpr SysValue kRestartAlways = -513;
inline constexpr SysValue kRestartNever = -514;

// Signals of the host on their way to the guest. The kernel keeps the guest's signal mask and dispositions
// for us, so pending sets, queues and default actions are its own. The host handler takes one signal and
// blocks all others until the guest has got it: at most one is ever on its way, and none is lost or
// reordered.
//
// Dispositions belong to the whole process and a handler has no argument, so there is one of these at a time,
// found through a process-wide pointer.
class HostSignals {
  public:
    // Called from the signal handler: must be async-signal-safe.
    using Notify = void (*)(void* context);

    static Result<std::unique_ptr<HostSignals>> attach(Notify notify, void* context);
    // Puts mask and dispositions back.
    ~HostSignals();
    HostSignals(const HostSignals&) = delete;
    HostSignals& operator=(const HostSignals&) = delete;

    // What the process was started with: the guest inherits both.
    std::uint64_t inherited_mask() const { return inherited_mask_; }
    bool inherited_ignored(int signal) const;

    // Dispositions, as rt_sigaction of the guest asks for them.
    void forward(int signal);
    void ignore(int signal);
    void default_action(int signal);

    // The signal that has arrived (0: none). It stays until take(), after which set_mask() lets the next one
    // in.
    int pending() const { return pending_.load(std::memory_order_relaxed); }
    siginfo_t take();

    // Blocks all signals until set_mask(), so that mask and dispositions can change without a signal in
    // between that was let through under the old ones. False: one is already on its way and has to be
    // delivered first.
    [[nodiscard]] bool hold();
    void set_mask(std::uint64_t mask);

    // A system call that may block: kRestart when a signal interrupted it, else the kernel's answer.
    template <class... Args>
    SysValue call(long number, Args... arguments) {
        const std::uint64_t words[6] = {word(arguments)...};
        return finish(number, words);
    }

  private:
    HostSignals(Notify notify, void* context) : notify_(notify), context_(context) {}

    static std::uint64_t word(const volatile void* pointer) {
        return reinterpret_cast<std::uint64_t>(pointer);
    }
    static std::uint64_t word(std::nullptr_t) { return 0; }
    static std::uint64_t word(std::int64_t value) { return static_cast<std::uint64_t>(value); }
    static std::uint64_t word(std::uint64_t value) { return value; }
    static std::uint64_t word(int value) { return static_cast<std::uint64_t>(std::int64_t{value}); }

    static void on_signal(int signal, siginfo_t* info, void* context);
    SysValue finish(long number, const std::uint64_t (&words)[6]);
    void remember(int signal);

    Notify notify_;
    void* context_;
    std::atomic<int> pending_{0};
    siginfo_t info_{};
    std::uint64_t inherited_mask_ = 0;
    std::uint64_t changed_ = 0;  // signals whose old disposition is in old_
    std::array<struct sigaction, kSignalCount + 1> old_{};
};

}  // namespace vm::user
