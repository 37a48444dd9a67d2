#include <algorithm>

#include "vm/debug/commands.h"

namespace vm::debug::command {
namespace {

// A client could insert for ever.
constexpr std::size_t kMaxBreakpoints = 4096;

std::optional<BreakpointKind> read_kind(PacketReader& arguments) {
    switch (arguments.number().value_or(~std::uint64_t{0})) {
        case 0:
            return BreakpointKind::software;
        case 1:
            return BreakpointKind::hardware;
        case 2:
            return BreakpointKind::write_watch;
        case 3:
            return BreakpointKind::read_watch;
        case 4:
            return BreakpointKind::access_watch;
        default:
            return std::nullopt;
    }
}

// TYPE,ADDRESS,KIND. Conditions and commands may follow only where the stub offered them, which this one does
// not.
std::optional<Breakpoint> read_breakpoint(PacketReader& arguments) {
    const auto kind = read_kind(arguments);
    if (not kind or not arguments.skip(",")) {
        return std::nullopt;
    }
    const auto range = read_range(arguments);
    if (not range or not arguments.done() or range->length == 0 or range->wraps()) {
        return std::nullopt;
    }
    return Breakpoint{*kind, range->address, range->length};
}

constexpr std::string_view kForm = "breakpoints are TYPE,ADDRESS,KIND without conditions";

}  // namespace

// Inserting twice is inserting once: a client may repeat a packet whose reply it did not see. (GDB manual, Z
// packet)
Answer insert_breakpoint(Conversation& conversation, PacketReader arguments) {
    const auto breakpoint = read_breakpoint(arguments);
    if (not breakpoint) {
        return error_reply(conversation, kForm);
    }
    if (not conversation.target.supports(breakpoint->kind)) {
        return "";
    }
    auto& all = conversation.breakpoints;
    if (std::find(all.begin(), all.end(), *breakpoint) != all.end()) {
        return "OK";
    }
    if (all.size() == kMaxBreakpoints) {
        return error_reply(conversation, "too many breakpoints");
    }
    const auto inserted = conversation.target.insert_breakpoint(*breakpoint);
    if (not inserted) {
        return error_reply(conversation, inserted.error().message);
    }
    all.push_back(*breakpoint);
    return "OK";
}

Answer remove_breakpoint(Conversation& conversation, PacketReader arguments) {
    const auto breakpoint = read_breakpoint(arguments);
    if (not breakpoint) {
        return error_reply(conversation, kForm);
    }
    if (not conversation.target.supports(breakpoint->kind)) {
        return "";
    }
    if (std::erase(conversation.breakpoints, *breakpoint) != 0) {
        conversation.target.remove_breakpoint(*breakpoint);
    }
    return "OK";
}

}  // namespace vm::debug::command
