#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <signal.h>

#include "vm/debug/thread_control.h"
#include "vm/engine/exit.h"
#include "vm/engine/handshake.h"
#include "vm/guest/riscv/hart.h"
#include "vm/guest/riscv/interpreter.h"
#include "vm/guest/riscv/user_memory.h"
#include "vm/native/native.h"
#include "vm/user/address_space.h"
#include "vm/user/budget.h"
#include "vm/user/host_signals.h"
#include "vm/user/kernel.h"
#include "vm/user/linux_abi.h"

namespace vm::user {

struct RunOptions {
    std::uint64_t max_instructions = std::numeric_limits<std::uint64_t>::max();  // of all threads together
    bool strace = false;
    // Called with the text of each executed instruction, when it is set; by one thread at a time.
    std::function<void(const std::string&)> trace{};
    // Of the child of a fork by a thread that run() did not begin on: called when it has ended, and does not
    // return.
    std::function<void(const Outcome&)> ended_elsewhere{};
};

// One thread of a program: a hart with its engine over the memory that all of them share, and the kernel's
// side of it. Its host thread is the one that attach() was called on, so that numbers, masks and pending
// signals of threads are the host's.
class Thread {
  public:
    // What a program is to its threads; called from theirs.
    struct Program {
        ProcessState& state;
        engine::Handshake& handshake;
        Budget budget{};
        std::atomic<unsigned> marking = 0;  // see UserMemory::share_code
        std::mutex tracing{};
        std::mutex asking{};             // held while one asks the others through the handshake
        std::atomic<bool> stop = false;  // nobody is to go on running
        std::function<void()> spent{};   // nothing is left of the budget
        // clone by that thread.
        std::function<SysValue(Thread& parent, const NewThread& wanted)> start_thread{};
        // fork by that thread.
        std::function<SysValue(Thread& parent, const NewThread& wanted)> fork{};
        // Of a debugger, where there is one; and what makes the others look whether it calls them.
        debug::ThreadControl* control = nullptr;
        std::function<void(const Thread& caller)> call_others{};
        // How hot code is compiled, where it is.
        std::optional<native::Options> native{};
        std::shared_ptr<jit::CodeCache> code{};
    };

    // The program outlives its threads.
    explicit Thread(Program& program);
    // As clone makes one of the thread that asks for it.
    Thread(Program& program, const Thread& parent, const NewThread& wanted);
    Thread(const Thread&) = delete;
    Thread& operator=(const Thread&) = delete;

    // For the first thread; its mask is the one the process was started with.
    Result<void> attach();
    // For another one, beside a thread of the same program that is attached. Signals stay blocked until
    // run().
    void attach(const Thread& beside);
    // Ends what attach() began, on the same host thread.
    void detach();

    // Until the program stops, ends or this thread does.
    void run(const RunOptions& options);
    // From another thread: makes run() look at the program's `stop` at once.
    void stop();

    // Between attach() and run(): the program's debugger may hold it, and stops it where it wants to look.
    void obey();
    // It is no debugger's any more.
    void disobey();
    // The system call that it waits in, as long as it stands for a debugger; nullptr: it is in none.
    const char* waits_in() const;

    // As the program wants it. While the thread does not run.
    void compile_hot_code();
    // Without those of the code that threads share.
    jit::Counts compiler_counts() const {
        jit::Counts counts = counts_before_;
        return native_ != nullptr ? counts += native_->counts() : counts;
    }

    // There are others from now on, or will be at once.
    void share();
    // In the child of a fork, whose only thread this is from now on.
    void become_child(const NewThread& wanted);
    // Without the others, whose host threads did not come along into the child of a fork.
    void forget_others() { program_.handshake.forget_others(member_); }

    // What the thread leaves undone when its program ends: locks that it holds are told that their owner
    // died.
    void abandon_locks();

    guest::riscv::Hart& hart() { return hart_; }
    const guest::riscv::Hart& hart() const { return hart_; }
    Kernel& kernel() { return *kernel_; }
    const Kernel& kernel() const { return *kernel_; }
    HostSignals& host_signals() { return *host_signals_; }
    int number() const { return number_.load(std::memory_order_relaxed); }

  private:
    // A system call that a signal interrupted: what it returned, and the pc of its ecall.
    struct Interrupted {
        SysValue result;
        std::uint64_t pc;
    };
    // A signal that a debugger was shown. All others are blocked until it has answered.
    struct ShownSignal {
        siginfo_t info;
        std::optional<engine::Trap> trap;
    };
    // What a debugger has to do with the thread, where there is one.
    struct Debugged {
        debug::ThreadControl::Place* place = nullptr;
        bool steps = false;
        std::uint64_t breakpoints = 0;  // the version of them that is set
        std::optional<ShownSignal> shown{};
    };

    void attach(std::unique_ptr<HostSignals> signals);
    void end_audit(const char* reason);
    void called();
    void ask_others();
    bool turn(const RunOptions& options);
    bool advance(const RunOptions& options);
    std::optional<std::uint64_t> instructions_left() const;
    SysValue start_process(const NewThread& wanted, Kernel::Memory memory);
    SysValue lend_memory(const NewThread& wanted);
    void begin_child(const NewThread& wanted);
    [[noreturn]] void live_as_child(const NewThread& wanted);
    engine::Exit run_engine(const RunOptions& options, std::uint64_t budget);
    engine::Exit run_traced(const RunOptions& options);
    void handle(const engine::Trap& trap, const RunOptions& options);
    void system_call(const RunOptions& options);
    void complete_call(SysValue result);
    std::string label() const;

    // Signals, in thread_signals.cpp.
    void take_signal();
    void raise_fault(const engine::Trap& trap);
    void force(const siginfo_t& info, const engine::Trap& trap);
    std::optional<siginfo_t> fault_signal(const engine::Trap& trap);
    void deliver(const siginfo_t& info, const std::optional<engine::Trap>& trap);
    void do_default(int signal, const std::optional<engine::Trap>& trap);
    void end_interrupted_call(const abi::SignalAction& action);
    void kill(int signal, const std::optional<engine::Trap>& trap);

    // For a debugger, in thread_debug.cpp.
    bool held() const { return debugged_.place != nullptr and debugged_.place->calls(); }
    void stand();
    void follow_breakpoints();
    void answer(const std::optional<int>& signal);
    bool shows_signals() const;
    bool show(const siginfo_t& info, const std::optional<engine::Trap>& trap);
    bool stops(const engine::Exit& exit);
    void make_watched_access(const guest::riscv::WatchHit& hit);
    bool tell(const debug::Stop& stop);
    void step_done();
    void remember_debugger(const Debugged& debugged);
    void leave_debugger();

    Program& program_;
    const RunOptions* options_ = nullptr;  // of the run() that goes on
    AddressSpace& memory_;
    guest::riscv::Hart hart_;
    guest::riscv::UserMemory user_memory_;
    guest::riscv::Interpreter<guest::riscv::UserMemory> interpreter_;
    std::unique_ptr<jit::Tier> native_;
    std::unique_ptr<engine::NativeTier> auditor_;  // of the native tier
    jit::Counts counts_before_;                    // of compilers that are gone
    engine::Handshake::Member member_;
    std::atomic<bool> called_ = false;
    std::atomic<int> number_ = 0;  // while it lives, the one of a vfork's child
    std::uint64_t first_mask_ = 0;
    std::uint64_t clear_child_tid_ = 0;
    std::unique_ptr<HostSignals> host_signals_;
    std::unique_ptr<Kernel> kernel_;
    std::optional<Interrupted> interrupted_;
    Debugged debugged_;
};

// The signal Linux sends for a trap, as the handler sees it (arch/riscv/kernel/traps.c, mm/fault.c).
siginfo_t signal_for(const engine::Trap& trap, std::uint64_t pc, const AddressSpace& memory);

}  // namespace vm::user
