#include "vm/debug/stop_reply.h"

#include <csignal>

#include <fmt/format.h>

#include "vm/debug/gdb_signals.h"

namespace vm::debug {
namespace {

std::string_view watch_name(BreakpointKind watch) {
    switch (watch) {
        case BreakpointKind::read_watch:
            return "rwatch";
        case BreakpointKind::access_watch:
            return "awatch";
        case BreakpointKind::write_watch:
        case BreakpointKind::software:
        case BreakpointKind::hardware:
            break;
    }
    return "watch";
}

// swbreak and hwbreak may be sent only to clients that asked for them.
std::string reason(const Stop& stop, const ClientFeatures& client) {
    switch (stop.reason) {
        case Stop::Reason::software_breakpoint:
            return client.software_break ? "swbreak:;" : "";
        case Stop::Reason::hardware_breakpoint:
            return client.hardware_break ? "hwbreak:;" : "";
        case Stop::Reason::watchpoint:
            return fmt::format("{}:{:x};", watch_name(stop.watch), stop.address);
        case Stop::Reason::signal:
        case Stop::Reason::exited:
        case Stop::Reason::killed:
            break;
    }
    return "";
}

// Saves gdb a question at each step.
std::string program_counter(const Conversation& conversation) {
    const unsigned number = conversation.target.pc_register();
    const auto value = conversation.target.read_register(conversation.stop.thread, number);
    return value ? fmt::format("{:02x}:{};", number, to_hex(*value)) : "";
}

}  // namespace

std::string stop_reply(const Conversation& conversation) {
    const Stop& stop = conversation.stop;
    if (stop.reason == Stop::Reason::exited) {
        return fmt::format("W{:02x}", static_cast<std::uint32_t>(stop.exit_code));
    }
    if (stop.reason == Stop::Reason::killed) {
        return fmt::format("X{:02x}", gdb_signal(stop.signal));
    }
    const int signal = stop.reason == Stop::Reason::signal ? stop.signal : SIGTRAP;
    return fmt::format("T{:02x}thread:{:x};{}{}", gdb_signal(signal), raw(stop.thread),
                       reason(stop, conversation.client), program_counter(conversation));
}

}  // namespace vm::debug
