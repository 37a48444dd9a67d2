#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "vm/base/result.h"
#include "vm/debug/debug_target.h"
#include "vm/debug/gdb_server.h"
#include "vm/debug/thread_control.h"
#include "vm/user/process.h"

namespace vm::user {

// A process as gdb sees it; threads have the numbers that gettid(2) answers. While they stand, other
// processes and clocks go on, and system calls that wait have been left, to be made again.
//
// Breakpoints of both kinds hold for all threads. Watchpoints see what instructions load and store, not what
// system calls read and write. A signal is shown before a thread gets it: those that the program handles, and
// those that end it. Processes that the program starts run without the debugger; and with execve it becomes
// one of them, which gdb sees as the end of the connection.
class ProcessDebugger final : public debug::DebugTarget {
  public:
    // Before the process runs, which stands at its first instruction until a client lets it go. It outlives
    // the debugger.
    explicit ProcessDebugger(Process& process);
    ~ProcessDebugger() override;

    // Lets gdb connect from now on. Port 0: any that is free.
    Result<void> listen(std::uint16_t port);
    std::uint16_t port() const { return server_->port(); }
    // The process has ended, or is not to run on: tells the client, with the exit code of this program where
    // no signal ended it. After listen().
    void finish(const Outcome& outcome, std::uint64_t exit_code);

    std::vector<debug::ThreadInfo> threads() const override;
    std::string target_description() const override;
    unsigned register_count() const override;
    unsigned general_register_count() const override;
    unsigned pc_register() const override;
    std::size_t register_size(unsigned number) const override;
    Result<std::vector<std::byte>> read_register(debug::ThreadId thread, unsigned number) const override;
    Result<void> write_register(debug::ThreadId thread, unsigned number,
                                std::span<const std::byte> value) override;
    Result<std::vector<std::byte>> read_memory(debug::ThreadId thread, std::uint64_t address,
                                               std::size_t length) const override;
    Result<void> write_memory(debug::ThreadId thread, std::uint64_t address,
                              std::span<const std::byte> bytes) override;
    bool supports(debug::BreakpointKind) const override { return true; }
    Result<void> insert_breakpoint(const debug::Breakpoint& breakpoint) override;
    void remove_breakpoint(const debug::Breakpoint& breakpoint) override;
    void resume(std::span<const debug::ThreadAction> actions) override;
    void interrupt() override;
    void detach() override;
    void kill() override;
    bool created_for_debugger() const override { return true; }
    std::optional<std::vector<std::byte>> auxiliary_vector() const override;
    std::optional<std::string> executable() const override;
    std::optional<debug::SectionOffsets> section_offsets() const override;

  private:
    Thread* find(debug::ThreadId thread) const;
    void set_breakpoints(std::vector<debug::Breakpoint> breakpoints);
    void abandon();

    Process& process_;
    debug::ThreadControl control_;
    std::unique_ptr<debug::GdbServer> server_;
    bool forked_ = false;  // this is a child of the process, in which the server is not
};

}  // namespace vm::user
