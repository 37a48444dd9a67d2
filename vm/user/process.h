#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "vm/base/elf_file.h"
#include "vm/base/result.h"
#include "vm/guest/riscv/hart.h"
#include "vm/guest/riscv/interpreter.h"
#include "vm/guest/riscv/user_memory.h"
#include "vm/user/address_space.h"
#include "vm/user/host_signals.h"
#include "vm/user/kernel.h"

namespace vm::user {

struct ProcessOptions {
    std::string path{};  // of the program; arguments[0] is what it is called as
    std::vector<std::string> arguments{};
    std::vector<std::string> environment{};
    std::array<std::byte, 16> random{};  // AT_RANDOM
    int diagnostics_fd = 2;              // for --strace and notes; above 2 the guest cannot reach it
};

struct RunOptions {
    std::uint64_t max_instructions = std::numeric_limits<std::uint64_t>::max();
    bool strace = false;
    // Called with the text of each executed instruction, when it is set.
    std::function<void(const std::string&)> trace{};
};

// A Linux program with one thread. Its system calls act on the host process: descriptors, working directory,
// signal mask and dispositions are shared. Not movable, because engine and signal handler point into it.
class Process {
  public:
    static Result<std::unique_ptr<Process>> start(const ProcessOptions& options);
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    // Runs until the program ends or the limit is reached. May be called again only after the latter.
    Outcome run(const RunOptions& options);

    const guest::riscv::Hart& hart() const { return hart_; }
    const AddressSpace& memory() const { return memory_; }

  private:
    explicit Process(AddressSpace memory);
    Result<void> load(const ProcessOptions& options);

    engine::Exit advance(const RunOptions& options, std::uint64_t budget);
    engine::Exit advance_traced(const RunOptions& options);
    void handle(const engine::Trap& trap, const RunOptions& options);
    void system_call(const RunOptions& options);
    void raise_fault(const engine::Trap& trap);
    void deliver(const siginfo_t& info, const std::optional<engine::Trap>& trap);
    void kill(int signal, const std::optional<engine::Trap>& trap);
    bool restarts(SysValue result) const;

    AddressSpace memory_;
    guest::riscv::Hart hart_;
    guest::riscv::UserMemory user_memory_;
    guest::riscv::Interpreter<guest::riscv::UserMemory> interpreter_;
    std::unique_ptr<HostSignals> host_signals_;
    std::unique_ptr<Kernel> kernel_;
};

// The signal Linux sends for a trap, as the handler sees it (arch/riscv/kernel/traps.c, mm/fault.c).
siginfo_t signal_for(const engine::Trap& trap, std::uint64_t pc, const AddressSpace& memory);

}  // namespace vm::user
