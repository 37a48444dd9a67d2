#include "vm/machine/machine_debugger.h"

#include <algorithm>
#include <csignal>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "vm/debug/breakpoints.h"
#include "vm/guest/riscv/debug_registers.h"
#include "vm/guest/riscv/debug_translation.h"

namespace vm::machine {
namespace {

using debug::Breakpoint;
using debug::Stop;
using debug::ThreadAction;
using debug::ThreadId;
using debug::ThreadInfo;
using guest::riscv::HartKind;
using guest::riscv::Privilege;
using mem::PhysAddr;
namespace debug_register = guest::riscv::debug_register;

tl::unexpected<Error> gone() { return fail("the machine has ended"); }

tl::unexpected<Error> no_memory(std::uint64_t address) {
    return fail("no memory at {:#x} (devices are not touched)", address);
}

std::string_view name_of(Privilege privilege) {
    switch (privilege) {
        case Privilege::user:
            return "U mode";
        case Privilege::supervisor:
            return "S mode";
        case Privilege::machine:
            break;
    }
    return "M mode";
}

std::string state_of(const HartUnit& unit) {
    switch (unit.status()) {
        case HartStatus::stopped:
        case HartStatus::stop_pending:
            return "stopped until another hart starts it";
        case HartStatus::suspended:
        case HartStatus::suspend_pending:
            return "suspended";
        case HartStatus::started:
        case HartStatus::start_pending:
        case HartStatus::resume_pending:
            break;
    }
    return std::string(name_of(unit.hart().csrs.privilege()));
}

}  // namespace

MachineDebugger::MachineDebugger(unsigned harts)
    : harts_(harts),
      control_({[this](const Stop& stop) { server_->report_stop(stop); },
                [this] { return server_->connected(); }}) {}

// The server's thread calls until it has ended.
MachineDebugger::~MachineDebugger() { server_.reset(); }

void MachineDebugger::begin(SystemMachine& machine) {
    control_.begin();
    machine.obey(control_);
    const std::scoped_lock lock(mutex_);
    machine_ = &machine;
}

void MachineDebugger::end() {
    const std::scoped_lock lock(mutex_);
    machine_ = nullptr;
}

Result<void> MachineDebugger::listen(std::uint16_t port) {
    auto server = debug::GdbServer::start(*this, port, debug::signal_stop(thread_of(0), SIGTRAP));
    if (not server) {
        return tl::unexpected(server.error());
    }
    server_ = *std::move(server);
    return {};
}

void MachineDebugger::finish(std::uint64_t exit_code) {
    bool killed = false;
    {
        const std::scoped_lock lock(mutex_);
        killed = killed_;
    }
    server_->report_stop(killed ? debug::killed_stop(SIGKILL) : debug::exit_stop(exit_code));
}

// The machine does not go while the caller has it locked.
HartUnit* MachineDebugger::unit_of(ThreadId thread) const {
    const bool exists = machine_ != nullptr and hart_of(thread) < machine_->harts();
    return exists ? &machine_->hart(hart_of(thread)) : nullptr;
}

std::vector<ThreadInfo> MachineDebugger::threads() const {
    const std::scoped_lock lock(mutex_);
    std::vector<ThreadInfo> all;
    for (unsigned hart = 0; hart < harts_; ++hart) {
        const HartUnit* const unit = unit_of(thread_of(hart));
        all.push_back({thread_of(hart), fmt::format("hart {}", hart), unit ? state_of(*unit) : "ended"});
    }
    return all;
}

std::string MachineDebugger::target_description() const {
    return guest::riscv::debug_target_description(HartKind::machine);
}

unsigned MachineDebugger::register_count() const {
    return guest::riscv::debug_register_count(HartKind::machine);
}

unsigned MachineDebugger::general_register_count() const { return debug_register::kGeneral; }

unsigned MachineDebugger::pc_register() const { return debug_register::kPc; }

std::size_t MachineDebugger::register_size(unsigned number) const {
    return guest::riscv::debug_register_exists(HartKind::machine, number) ? debug_register::kSize : 0;
}

Result<std::vector<std::byte>> MachineDebugger::read_register(ThreadId thread, unsigned number) const {
    const std::scoped_lock lock(mutex_);
    const HartUnit* const unit = unit_of(thread);
    if (unit == nullptr) {
        return gone();
    }
    return guest::riscv::read_debug_register_bytes(unit->hart(), number);
}

Result<void> MachineDebugger::write_register(ThreadId thread, unsigned number,
                                             std::span<const std::byte> value) {
    const std::scoped_lock lock(mutex_);
    HartUnit* const unit = unit_of(thread);
    if (unit == nullptr) {
        return gone();
    }
    return guest::riscv::write_debug_register_bytes(unit->hart(), number, value);
}

std::optional<MachineDebugger::Piece> MachineDebugger::piece_at(const HartUnit& unit, std::uint64_t address,
                                                                std::size_t length) const {
    const mem::GuestRam& ram = machine_->ram();
    const PhysAddr place =
        guest::riscv::debug_translate(ram, unit.hart().csrs, address).value_or(PhysAddr{address});
    const std::uint64_t to_page_end = mem::kPageSize - address % mem::kPageSize;
    const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(length, to_page_end));
    return ram.contains(place, piece) ? std::optional(Piece{place, piece}) : std::nullopt;
}

Result<std::vector<std::byte>> MachineDebugger::read_memory(ThreadId thread, std::uint64_t address,
                                                            std::size_t length) const {
    const std::scoped_lock lock(mutex_);
    const HartUnit* const unit = unit_of(thread);
    if (unit == nullptr) {
        return gone();
    }
    std::vector<std::byte> bytes;
    while (bytes.size() < length) {
        const auto piece = piece_at(*unit, address + bytes.size(), length - bytes.size());
        if (not piece) {
            break;
        }
        const std::byte* const from = std::as_const(machine_->ram()).host(piece->place);
        bytes.insert(bytes.end(), from, from + piece->length);
    }
    if (bytes.empty()) {
        return no_memory(address);
    }
    return bytes;
}

// Everything is found before anything is written.
Result<void> MachineDebugger::write_memory(ThreadId thread, std::uint64_t address,
                                           std::span<const std::byte> bytes) {
    const std::scoped_lock lock(mutex_);
    const HartUnit* const unit = unit_of(thread);
    if (unit == nullptr) {
        return gone();
    }
    std::vector<Piece> pieces;
    for (std::size_t found = 0; found < bytes.size(); found += pieces.back().length) {
        const auto piece = piece_at(*unit, address + found, bytes.size() - found);
        if (not piece) {
            return no_memory(address + found);
        }
        pieces.push_back(*piece);
    }
    for (const Piece& piece : pieces) {
        (void)machine_->ram().write_bytes(piece.place, bytes.first(piece.length));
        bytes = bytes.subspan(piece.length);
    }
    return {};
}

Result<void> MachineDebugger::insert_breakpoint(const Breakpoint& breakpoint) {
    if (debug::is_code(breakpoint.kind) and breakpoint.address % 2 != 0) {
        return fail("instructions lie at even addresses, not at {:#x}", breakpoint.address);
    }
    auto all = control_.breakpoints();
    all.push_back(breakpoint);
    control_.set_breakpoints(std::move(all));
    return {};
}

void MachineDebugger::remove_breakpoint(const Breakpoint& breakpoint) {
    auto all = control_.breakpoints();
    std::erase(all, breakpoint);
    control_.set_breakpoints(std::move(all));
}

// A machine knows no signals: what a hart stopped for (an ebreak) it goes on with in any case.
void MachineDebugger::resume(std::span<const ThreadAction> actions) { control_.resume(actions); }

void MachineDebugger::interrupt() {
    control_.stop(debug::signal_stop(thread_of(0), SIGINT));
    const std::scoped_lock lock(mutex_);
    if (machine_ != nullptr) {
        machine_->look_again();
    }
}

void MachineDebugger::detach() { control_.resume_all(); }

void MachineDebugger::kill() {
    const std::scoped_lock lock(mutex_);
    killed_ = true;
    if (machine_ != nullptr) {
        machine_->stop();
    }
}

}  // namespace vm::machine
