#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <vector>

#include "vm/engine/handshake.h"
#include "vm/engine/trap.h"
#include "vm/guest/riscv/hart.h"
#include "vm/user/address_space.h"
#include "vm/user/host_signals.h"
#include "vm/user/signals.h"

namespace vm::user {

// How a program ended, or why running it stopped.
struct Outcome {
    enum class Kind : std::uint8_t { exited, killed, instruction_limit, engines_differ };
    Kind kind = Kind::exited;
    int code = 0;  // exit code 0 to 255, or the signal; of engines_differ that of vm (see native::Audit)
    std::optional<engine::Trap> trap =
        {};  // what the instruction at the pc raised, when that is what killed it
};

// RLIMIT_DATA, RLIMIT_STACK, RLIMIT_AS as the guest set them, never the host's.
using OwnLimits = std::array<rlimit, 3>;

// What the threads of one program share of the Linux kernel's side. Its threads use it at once.
struct ProcessState {
    AddressSpace& memory;
    std::string executable{};  // absolute path: what /proc/self/exe is
    std::string sysroot{};     // where absolute paths are looked for first; empty: nowhere
    // The command of the host that runs another guest program, whose own follows; empty: execve is not
    // supported.
    std::vector<std::string> command{};
    int diagnostics_fd = 2;  // where --strace writes; a guest cannot reach it unless it is 2
    // Further descriptors of the host that a guest cannot reach; empty: there are none.
    std::function<bool(int)> owns_descriptor{};
    // Whether somebody is to see signals that end the program; empty: nobody ever.
    std::function<bool()> shows_fatal_signals{};
    SignalActions actions{};
    std::mutex mapping{};  // held while what is mapped changes or is looked at, see MapChange
    std::mutex limits{};
    OwnLimits own_limits{};  // guarded by limits
    std::atomic<bool> missing_call_noted = false;
    std::atomic<bool> barriers_registered = false;  // membarrier
    std::atomic<bool> several = false;              // there is a second thread, or was
    std::atomic<bool> lends_memory = false;         // to other processes, which may write it at any time
};

// What clone is asked for, as far as threads and processes differ.
struct NewThread {
    std::uint64_t stack = 0;             // 0: that of the parent
    std::optional<std::uint64_t> tls{};  // the thread pointer
    std::uint64_t parent_tid = 0;        // where its number goes before it runs; 0: nowhere
    std::uint64_t child_tid = 0;         // the same
    std::uint64_t clear_child_tid = 0;   // see Kernel
};

// What the system calls of one thread work on: the Linux kernel's side of it.
struct Kernel {
    // Of a new process.
    enum class Memory : std::uint8_t { copied, lent };

    ProcessState& process;
    AddressSpace& memory;
    guest::riscv::Hart& hart;
    HostSignals& host_signals;
    SignalState signals{};
    // The process's; the child of a vfork, which has the memory they lie in, has copies instead (clone(2)).
    SignalActions* actions = &process.actions;
    OwnLimits* own_limits = &process.own_limits;
    std::uint64_t clear_child_tid = 0;  // a word that becomes 0, and is woken, when the thread ends; 0: none
    std::uint64_t robust_list = 0;      // struct robust_list_head; 0: none

    // Starts another thread; returns its number. Empty: there can be no other, as in the child of a vfork.
    std::function<SysValue(const NewThread&)> start_thread{};
    // Starts another process, with a copy of the memory (fork) or with this one's for as long as it takes to
    // execute a program or to end (vfork); returns its number, and 0 in the child of a fork. Empty: there can
    // be no other.
    std::function<SysValue(const NewThread&, Memory)> start_process{};
    // Returns when no other thread uses what it looked up before (permissions, decoded code). Empty while
    // there are no others; so is `member`, the thread's part in the handshake.
    std::function<void()> others_let_go{};
    engine::Handshake::Member* member = nullptr;

    // Called when the process begins to lend memory. Empty: nobody minds.
    std::function<void()> memory_is_lent{};

    // What is left of --max-instructions. Empty, or nothing: there is no limit.
    std::function<std::optional<std::uint64_t>()> instructions_left{};

    bool child = false;  // of a process that runs a guest, too: ends by signals as the host's own do
    std::optional<int> thread_exit{};  // the exit code, once this thread has ended
    std::optional<Outcome> outcome{};  // set when this thread has ended the program
};

// a0 to a5.
using SysArgs = std::array<std::uint64_t, 6>;

// The argument as the C int it is.
constexpr int as_int(std::uint64_t argument) {
    return static_cast<int>(static_cast<std::uint32_t>(argument));
}

}  // namespace vm::user
