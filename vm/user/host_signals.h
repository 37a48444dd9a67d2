#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include <signal.h>
#include <unistd.h>

#include "vm/base/result.h"
#include "vm/base/signal_mask.h"
#include "vm/engine/handshake.h"
#include "vm/user/address_space.h"

namespace vm::user {

inline constexpr int kSignalCount = 64;

// What vm stops its own threads with, out of system calls too: the guest can neither send nor get it. glibc
// sends it to threads when a program with several changes its user, for which there is no system call here.
inline constexpr int kStopSignal = 33;

// SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP: raised by an instruction itself.
bool raised_by_instructions(int signal);

// A signal set for a system call of the host that waits with it in place of the mask, or for its signals:
// without those that are ours.
std::uint64_t host_set(std::uint64_t set);

// What system calls return when a signal came in between: make the call again after a handler with
// SA_RESTART, after any handler, or never after a handler. The values are the kernel's ERESTARTSYS,
// ERESTARTNOINTR, ERESTARTNOHAND.
inline constexpr SysValue kRestart = -512;
inline constexpr SysValue kRestartAlways = -513;
inline constexpr SysValue kRestartNever = -514;

// Ends the host process as a signal with the default action does; where that is not possible, with 128 +
// signal.
[[noreturn]] void die_of(int signal);

// Signals of the host on their way to one thread of the guest, which is one of the host. The kernel keeps the
// guest's signal masks and dispositions for us, so pending sets, queues, default actions and the choice of
// the thread that gets a signal of the process are its own. The host handler takes one signal and blocks all
// others for its thread until the guest has got it: at most one is ever on its way to a thread, and none is
// lost or reordered.
//
// Dispositions belong to the whole process and a handler has no argument, so there is one program at a time;
// each of its threads finds its object through a thread-local pointer, and uses it alone but for stop().
class HostSignals {
    struct Dispositions;

  public:
    // Called from the signal handler: must be async-signal-safe.
    using Notify = void (*)(void* context);

    // For the calling thread, the first of a program.
    static Result<std::unique_ptr<HostSignals>> attach(Notify notify, void* context);
    // For the calling thread, another one of the same program. It begins with all signals blocked.
    std::unique_ptr<HostSignals> attach_thread(Notify notify, void* context) const;
    // Puts mask and dispositions back, after the program's last thread. Other threads end with all signals
    // blocked.
    ~HostSignals();
    HostSignals(const HostSignals&) = delete;
    HostSignals& operator=(const HostSignals&) = delete;

    // What the process was started with: the guest inherits both.
    std::uint64_t inherited_mask() const { return dispositions_->inherited_mask; }
    bool inherited_ignored(int signal) const;

    // Dispositions, as rt_sigaction of the guest asks for them; one thread at a time.
    void forward(int signal);
    void ignore(int signal);
    void default_action(int signal);

    // From now on signals come to us, too, whose default action ends the program, as long as somebody wants
    // them; then it ends itself of them. `wanted` is called from the signal handler; empty: nobody does.
    void take_fatal(std::function<bool()> wanted);
    // Compiled code runs in this process: its faults are jit::FaultWatch's from here on.
    void answer_faults();

    // Once, before there are other threads: they can be stopped from then on, and calls that may block are
    // made with `member`, which belongs to this thread and outlives this, away.
    void share(engine::Handshake::Member& member);
    // From any thread: wakes this one out of its system call, which is to be made again. Not before its
    // thread has attached.
    void stop() const;
    // The thread that was to stop goes on.
    void forget_stop();

    // In a child process: the calling thread is its only one, and has this object's place in it.
    void adopt() { thread_.store(::gettid(), std::memory_order_relaxed); }

    // While this lives a child process has the program's memory, and this object in it. What the child does
    // to dispositions is its own (clone(2), without CLONE_SIGHAND), and so is what has arrived for it. Lives
    // in the thread that waits for the child, with all signals held.
    class Lending {
      public:
        explicit Lending(HostSignals& signals);
        ~Lending();
        Lending(const Lending&) = delete;
        Lending& operator=(const Lending&) = delete;

      private:
        HostSignals& signals_;
        std::shared_ptr<Dispositions> own_;
    };

    // The signal that has arrived (0: none). It stays until take(), after which set_mask() lets the next one
    // in. kStopSignal stays until forget_stop() or another signal.
    int pending() const { return pending_.load(std::memory_order_relaxed); }
    bool stopped() const { return pending() == kStopSignal; }
    // What it says of itself; not of kStopSignal.
    const siginfo_t& info() const { return info_; }
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
    struct Dispositions {
        Dispositions() = default;
        Dispositions(const Dispositions& other);
        Dispositions& operator=(const Dispositions&) = delete;

        std::uint64_t inherited_mask = 0;
        std::uint64_t changed = 0;  // signals whose old disposition is in old
        bool take_fatal = false;
        bool answer_faults = false;
        std::function<bool()> fatal_wanted{};
        std::atomic<std::uint64_t> fatal = 0;  // signals that are forwarded for this alone
        std::array<struct sigaction, kSignalCount + 1> old{};
    };

    HostSignals(Notify notify, void* context, std::shared_ptr<Dispositions> dispositions, bool first);

    static std::uint64_t word(const volatile void* pointer) {
        return reinterpret_cast<std::uint64_t>(pointer);
    }
    static std::uint64_t word(std::nullptr_t) { return 0; }
    static std::uint64_t word(std::int64_t value) { return static_cast<std::uint64_t>(value); }
    static std::uint64_t word(std::uint64_t value) { return value; }
    static std::uint64_t word(int value) { return static_cast<std::uint64_t>(std::int64_t{value}); }

    static void on_signal(int signal, siginfo_t* info, void* context);
    bool leave_to_host(int signal);
    void install_handler(int signal);
    SysValue finish(long number, const std::uint64_t (&words)[6]);
    void remember(int signal);
    void forget_arrived();
    void restore_dispositions() const;

    Notify notify_;
    void* context_;
    std::shared_ptr<Dispositions> dispositions_;
    bool first_;
    std::atomic<int> thread_;  // its number; others read it in stop()
    engine::Handshake::Member* member_ = nullptr;
    std::atomic<int> pending_{0};
    siginfo_t info_{};
};

}  // namespace vm::user
