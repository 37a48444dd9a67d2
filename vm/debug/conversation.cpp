#include "vm/debug/conversation.h"

#include <limits>

#include <fmt/format.h>

namespace vm::debug {

std::string error_reply(const Conversation& conversation, std::string_view message) {
    return conversation.client.error_messages ? fmt::format("E.{}", message) : "E01";
}

std::optional<ThreadSelector> read_thread(PacketReader& reader) {
    using Which = ThreadSelector::Which;
    if (reader.skip("-1")) {
        return ThreadSelector{Which::all};
    }
    const auto number = reader.number();
    if (not number or *number > std::numeric_limits<std::uint32_t>::max()) {
        return std::nullopt;
    }
    if (*number == 0) {
        return ThreadSelector{Which::any};
    }
    return ThreadSelector{Which::one, ThreadId{static_cast<std::uint32_t>(*number)}};
}

void clear_breakpoints(Conversation& conversation) {
    if (not conversation.stop.ended()) {
        for (const Breakpoint& breakpoint : conversation.breakpoints) {
            conversation.target.remove_breakpoint(breakpoint);
        }
    }
    conversation.breakpoints.clear();
}

}  // namespace vm::debug
