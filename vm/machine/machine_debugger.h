#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "vm/base/result.h"
#include "vm/debug/debug_target.h"
#include "vm/debug/gdb_server.h"
#include "vm/debug/thread_control.h"
#include "vm/machine/system_machine.h"

namespace vm::machine {

// A machine as gdb sees it: each hart is a thread. It stays while the guest begins anew and the machine is
// made again, with the client and its breakpoints.
//
// Memory is what the hart finds at an address in its present mode, whatever permissions say; where no page is
// mapped, the address counts as a physical one. Devices are not touched. Breakpoints of both kinds hold at
// virtual addresses in every mode and address space, as watchpoints do for what harts load and store; what
// devices write is not watched. While the machine stands, its clocks go on.
class MachineDebugger final : public debug::DebugTarget {
  public:
    explicit MachineDebugger(unsigned harts);
    ~MachineDebugger() override;

    // Around each run() of a machine of so many harts. The first one stands until a client lets it go.
    void begin(SystemMachine& machine);
    void end();
    // Lets gdb connect from now on; after begin(), before the machine runs. Port 0: any that is free.
    Result<void> listen(std::uint16_t port);
    bool listening() const { return server_ != nullptr; }
    std::uint16_t port() const { return server_->port(); }
    // No other machine follows: tells the client, with the exit code of this program. After listen().
    void finish(std::uint64_t exit_code);

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

  private:
    // Bytes of one page that lie in RAM.
    struct Piece {
        mem::PhysAddr place;
        std::size_t length;
    };

    HartUnit* unit_of(debug::ThreadId thread) const;
    std::optional<Piece> piece_at(const HartUnit& unit, std::uint64_t address, std::size_t length) const;

    unsigned harts_;
    debug::ThreadControl control_;
    mutable std::mutex mutex_;          // held while the machine is looked at, so that it does not go
    SystemMachine* machine_ = nullptr;  // guarded
    bool killed_ = false;               // guarded
    std::unique_ptr<debug::GdbServer> server_;
};

}  // namespace vm::machine
