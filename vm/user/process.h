#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "vm/base/result.h"
#include "vm/debug/thread_control.h"
#include "vm/engine/handshake.h"
#include "vm/guest/riscv/hart.h"
#include "vm/user/address_space.h"
#include "vm/user/kernel.h"
#include "vm/user/thread.h"

namespace vm::user {

struct ProcessOptions {
    std::string path{};  // of the program; arguments[0] is what it is called as
    std::vector<std::string> arguments{};
    std::vector<std::string> environment{};
    std::array<std::byte, 16> random{};  // AT_RANDOM
    int diagnostics_fd = 2;              // for --strace and notes; above 2 the guest cannot reach it
    // Where absolute paths are looked for first; without one, dynamic programs have the distribution's.
    std::optional<std::string> sysroot{};
    // See ProcessState. Empty: the program cannot execute others.
    std::vector<std::string> command{};
    bool is_child = false;                    // of a process that runs a guest, too
    std::optional<native::Options> native{};  // hot code is compiled
};

// A Linux program. Its system calls act on the host process: descriptors, working directory, signal masks and
// dispositions are shared. Its first thread is the host thread that starts and runs it, and each of the
// others has a host thread to itself, from its clone to its end. Not movable, because engines and signal
// handlers point into it.
class Process {
  public:
    // What a debugger is to the process; it outlives all runs.
    struct Debugger {
        debug::ThreadControl& control;
        std::function<bool(int descriptor)> owns;  // a descriptor that the guest must not touch
        std::function<void()> forked;              // this is a child of a fork, in which the debugger is not
    };

    static Result<std::unique_ptr<Process>> start(const ProcessOptions& options);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    // Runs until the program ends or the limit is reached. May be called again only after the latter.
    Outcome run(const RunOptions& options);

    // While it does not run: of the thread that ended the program, else the first.
    const guest::riscv::Hart& hart() const;
    // Retired by all threads; and what their compilers did.
    std::uint64_t instructions() const { return retired().all; }
    jit::Counts compiler_counts() const { return retired().compilers; }
    const AddressSpace& memory() const { return memory_; }
    AddressSpace& memory() { return memory_; }

    // Before it runs: a debugger holds its threads, whose ids are their numbers, and sees its signals first.
    void obey(Debugger debugger);
    // When it has run: the debugger goes.
    void disobey();
    // That thread, as long as it has a place in the debugger's control.
    Thread* thread(int number);
    // Has all threads look whether the debugger calls them. From any thread.
    void call_threads();
    // Ends it as SIGKILL does. From any thread.
    void kill();

    const std::string& executable() const { return state_.executable; }
    // As it was on the first stack.
    const std::vector<std::byte>& auxiliary_vector() const { return auxiliary_vector_; }
    // What was added to the addresses in the program's file.
    std::uint64_t load_bias() const { return load_bias_; }

    // It is the child of a guest's fork, or was started as one: it is to end by signals as the host's own do.
    bool is_child() const { return first_gone_ or first_.kernel().child; }

  private:
    // A thread but the first, with the host thread that runs it.
    struct Worker {
        std::unique_ptr<Thread> thread;
        std::thread host{};
        bool done = false;  // guarded: the host thread only has to be joined
    };

    explicit Process(AddressSpace memory);
    Result<void> load(const ProcessOptions& options);
    Result<void> prepare(const ProcessOptions& options);

    SysValue start_thread(Thread& parent, const NewThread& wanted);
    SysValue fork(Thread& parent, const NewThread& wanted);
    void become_child(const Thread& only);
    void work(Worker& worker);
    void join_ended();
    struct Retired {
        std::uint64_t all = 0;
        jit::Counts compilers{};
    };
    static void add(Retired& sum, const Thread& thread);
    Retired retired() const;
    // With mutex_ held.
    void settle(Thread& thread);
    void abandon_locks(Thread& thread);
    void end(const Thread& thread, const Outcome& outcome);
    void stop_others(const Thread* thread);
    void call_others(const Thread* thread);
    void forget_debugger();

    AddressSpace memory_;
    ProcessState state_{.memory = memory_};
    engine::Handshake handshake_;
    Thread::Program program_{.state = state_, .handshake = handshake_};
    Thread first_{program_};
    std::vector<std::byte> auxiliary_vector_;
    std::uint64_t load_bias_ = 0;
    std::function<void()> forked_;  // see Debugger

    std::mutex mutex_;
    std::condition_variable changed_;
    // Guarded by mutex_.
    std::list<Worker> workers_;
    RunOptions options_;
    std::uint64_t round_ = 0;         // which call of run() this is
    std::size_t running_ = 0;         // threads in it
    std::size_t alive_ = 1;           // threads that have not ended
    const Thread* leader_ = &first_;  // the thread that the process began with, until that ends
    int leader_exit_ = 0;             // what it ended with
    bool over_ = false;               // there is no further round
    bool first_gone_ = false;         // in the child of a fork by another one
    Retired retired_;                 // by threads that are done
    std::optional<Outcome> outcome_;
    const Thread* ended_by_ = nullptr;
};

}  // namespace vm::user
