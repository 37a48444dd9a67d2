#include "vm/user/process_debugger.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "vm/base/bits.h"
#include "vm/debug/breakpoints.h"
#include "vm/guest/riscv/debug_registers.h"

namespace vm::user {
namespace {

using debug::Breakpoint;
using debug::Stop;
using debug::ThreadAction;
using debug::ThreadId;
using debug::ThreadInfo;
using guest::riscv::HartKind;
using guest::riscv::Watchpoint;
namespace debug_register = guest::riscv::debug_register;

// Each page that is watched is kept in mind.
constexpr std::uint64_t kMostWatched = 4096;

tl::unexpected<Error> gone(ThreadId thread) { return fail("thread {} has ended", raw(thread)); }

// What prctl(PR_SET_NAME) has set.
std::string name_of(ThreadId thread) {
    const auto path = fmt::format("/proc/self/task/{}/comm", raw(thread));
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"), &std::fclose);
    std::array<char, 17> text{};  // TASK_COMM_LEN and a line's end
    const std::size_t length = file ? std::fread(text.data(), 1, text.size(), file.get()) : 0;
    std::string name(text.data(), length);
    name.erase(std::min(name.find('\n'), name.size()));
    return name;
}

std::string state_of(const Thread& thread) {
    const char* const call = thread.waits_in();
    return call != nullptr ? fmt::format("waiting in {}", call) : std::string();
}

// The pages that watchpoints touch, and which accesses there.
std::map<mem::PhysAddr, std::uint8_t> watched_pages(const std::vector<Breakpoint>& breakpoints) {
    std::map<mem::PhysAddr, std::uint8_t> pages;
    for (const Watchpoint& each : debug::watchpoints_of<Watchpoint>(breakpoints)) {
        const int accesses = (each.loads ? mem::page::kRead : 0) | (each.stores ? mem::page::kWrite : 0);
        const std::uint64_t last = each.address + (each.length - 1);
        for (std::uint64_t page = align_down(each.address, mem::kPageSize); page <= last;
             page += mem::kPageSize) {
            std::uint8_t& watched = pages[mem::PhysAddr{page}];
            watched = static_cast<std::uint8_t>(watched | accesses);
        }
    }
    return pages;
}

Result<void> check(const Breakpoint& breakpoint) {
    if (debug::is_code(breakpoint.kind)) {
        return breakpoint.address % 2 == 0
                   ? Result<void>()
                   : fail("instructions lie at even addresses, not at {:#x}", breakpoint.address);
    }
    if (breakpoint.length == 0 or breakpoint.length > kMostWatched) {
        return fail("{} bytes are too many for a watchpoint, or too few", breakpoint.length);
    }
    if (breakpoint.address >= kAddressSpaceSize or
        breakpoint.length > kAddressSpaceSize - breakpoint.address) {
        return fail("no memory at {:#x}", breakpoint.address);
    }
    return {};
}

}  // namespace

ProcessDebugger::ProcessDebugger(Process& process)
    : process_(process),
      control_({[this](const Stop& stop) { server_->report_stop(stop); },
                [this] { return server_ != nullptr and server_->connected(); }}) {
    process_.obey({.control = control_,
                   .owns = [this](int descriptor) { return server_->owns(descriptor); },
                   .forked = [this] { abandon(); }});
}

// The server's thread calls until it has ended. Where that thread is not, nobody can wait for it.
ProcessDebugger::~ProcessDebugger() {
    if (forked_) {
        static_cast<void>(server_.release());
        return;
    }
    server_.reset();
    process_.disobey();
}

void ProcessDebugger::abandon() {
    forked_ = true;
    server_->abandon();
}

Result<void> ProcessDebugger::listen(std::uint16_t port) {
    auto server =
        debug::GdbServer::start(*this, port, debug::signal_stop(control_.threads().front(), SIGTRAP));
    if (not server) {
        return tl::unexpected(server.error());
    }
    server_ = *std::move(server);
    return {};
}

void ProcessDebugger::finish(const Outcome& outcome, std::uint64_t exit_code) {
    if (forked_) {
        return;
    }
    const bool killed = outcome.kind == Outcome::Kind::killed;
    server_->report_stop(killed ? debug::killed_stop(outcome.code) : debug::exit_stop(exit_code));
}

// Only of those that have a place: others are about to go.
Thread* ProcessDebugger::find(ThreadId thread) const {
    const auto all = control_.threads();
    const bool exists = std::find(all.begin(), all.end(), thread) != all.end();
    return exists ? process_.thread(static_cast<int>(raw(thread))) : nullptr;
}

std::vector<ThreadInfo> ProcessDebugger::threads() const {
    std::vector<ThreadInfo> all;
    for (const ThreadId id : control_.threads()) {
        const Thread* const thread = process_.thread(static_cast<int>(raw(id)));
        all.push_back({id, name_of(id), thread != nullptr ? state_of(*thread) : std::string()});
    }
    return all;
}

std::string ProcessDebugger::target_description() const {
    return guest::riscv::debug_target_description(HartKind::user_program);
}

unsigned ProcessDebugger::register_count() const {
    return guest::riscv::debug_register_count(HartKind::user_program);
}

unsigned ProcessDebugger::general_register_count() const { return debug_register::kGeneral; }

unsigned ProcessDebugger::pc_register() const { return debug_register::kPc; }

std::size_t ProcessDebugger::register_size(unsigned number) const {
    return guest::riscv::debug_register_exists(HartKind::user_program, number) ? debug_register::kSize : 0;
}

Result<std::vector<std::byte>> ProcessDebugger::read_register(ThreadId thread, unsigned number) const {
    const Thread* const found = find(thread);
    if (found == nullptr) {
        return gone(thread);
    }
    return guest::riscv::read_debug_register_bytes(found->hart(), number);
}

Result<void> ProcessDebugger::write_register(ThreadId thread, unsigned number,
                                             std::span<const std::byte> value) {
    Thread* const found = find(thread);
    if (found == nullptr) {
        return gone(thread);
    }
    return guest::riscv::write_debug_register_bytes(found->hart(), number, value);
}

Result<std::vector<std::byte>> ProcessDebugger::read_memory(ThreadId, std::uint64_t address,
                                                            std::size_t length) const {
    auto bytes = process_.memory().inspect(address, length);
    if (bytes.empty()) {
        return fail("no memory at {:#x}", address);
    }
    return bytes;
}

Result<void> ProcessDebugger::write_memory(ThreadId, std::uint64_t address,
                                           std::span<const std::byte> bytes) {
    return process_.memory().change(address, bytes);
}

void ProcessDebugger::set_breakpoints(std::vector<Breakpoint> breakpoints) {
    process_.memory().ram().watch(watched_pages(breakpoints));
    control_.set_breakpoints(std::move(breakpoints));
}

Result<void> ProcessDebugger::insert_breakpoint(const Breakpoint& breakpoint) {
    if (auto checked = check(breakpoint); not checked) {
        return checked;
    }
    auto all = control_.breakpoints();
    all.push_back(breakpoint);
    set_breakpoints(std::move(all));
    return {};
}

void ProcessDebugger::remove_breakpoint(const Breakpoint& breakpoint) {
    auto all = control_.breakpoints();
    std::erase(all, breakpoint);
    set_breakpoints(std::move(all));
}

// Our own signal is none of the program's.
void ProcessDebugger::resume(std::span<const ThreadAction> actions) {
    std::vector<ThreadAction> all(actions.begin(), actions.end());
    for (ThreadAction& action : all) {
        action.signal = action.signal == kStopSignal ? 0 : action.signal;
    }
    control_.resume(all);
}

void ProcessDebugger::interrupt() {
    const auto all = control_.threads();
    if (not all.empty() and control_.stop(debug::signal_stop(all.front(), SIGINT))) {
        process_.call_threads();
    }
}

void ProcessDebugger::detach() { control_.resume_all(); }

void ProcessDebugger::kill() { process_.kill(); }

std::optional<std::vector<std::byte>> ProcessDebugger::auxiliary_vector() const {
    return process_.auxiliary_vector();
}

std::optional<std::string> ProcessDebugger::executable() const { return process_.executable(); }

// A program that lies where it was linked needs none.
std::optional<debug::SectionOffsets> ProcessDebugger::section_offsets() const {
    const std::uint64_t bias = process_.load_bias();
    return bias != 0 ? std::optional(debug::SectionOffsets{bias, bias}) : std::nullopt;
}

}  // namespace vm::user
