#include <algorithm>

#include <fmt/format.h>

#include "vm/debug/commands.h"
#include "vm/debug/packet.h"

namespace vm::debug::command {
namespace {

// A number has at most eight digits and a comma.
constexpr std::size_t kThreadsInAPacket = kMaxPacket / 9 - 1;

// The thread that was named, when there is such a one.
std::optional<ThreadInfo> find_thread(const Conversation& conversation, PacketReader& arguments) {
    const auto selector = read_thread(arguments);
    if (not selector or selector->which != ThreadSelector::Which::one or not arguments.done()) {
        return std::nullopt;
    }
    const auto threads = conversation.target.threads();
    const auto found = std::find_if(threads.begin(), threads.end(),
                                    [&](const ThreadInfo& info) { return info.id == selector->id; });
    return found == threads.end() ? std::nullopt : std::optional(*found);
}

}  // namespace

// gTHREAD or cTHREAD. Any or all of them: the one that stopped, until another is named.
Answer choose_thread(Conversation& conversation, PacketReader arguments) {
    const bool general = arguments.skip("g");
    if (not general and not arguments.skip("c")) {
        return "";
    }
    std::optional<ThreadId> chosen;
    if (arguments.rest() != "0" and arguments.rest() != "-1") {
        const auto thread = find_thread(conversation, arguments);
        if (not thread) {
            return error_reply(conversation, "no thread of that number");
        }
        chosen = thread->id;
    }
    (general ? conversation.general_thread : conversation.resumed_thread) = chosen;
    return "OK";
}

Answer thread_alive(Conversation& conversation, PacketReader arguments) {
    return find_thread(conversation, arguments) ? "OK"
                                                : error_reply(conversation, "no thread of that number");
}

Answer current_thread(Conversation& conversation, PacketReader) {
    return fmt::format("QC{:x}", raw(conversation.thread()));
}

Answer first_threads(Conversation& conversation, PacketReader arguments) {
    conversation.threads_listed = 0;
    return more_threads(conversation, arguments);
}

Answer more_threads(Conversation& conversation, PacketReader) {
    const auto threads = conversation.target.threads();
    const std::size_t first = std::min(conversation.threads_listed, threads.size());
    const std::size_t last = std::min(first + kThreadsInAPacket, threads.size());
    conversation.threads_listed = last;
    if (first == last) {
        return "l";
    }
    std::string text;
    for (std::size_t at = first; at < last; ++at) {
        text += fmt::format("{}{:x}", at == first ? 'm' : ',', raw(threads[at].id));
    }
    return text;
}

Answer thread_extra_info(Conversation& conversation, PacketReader arguments) {
    const auto thread = find_thread(conversation, arguments);
    if (not thread) {
        return error_reply(conversation, "no thread of that number");
    }
    return to_hex(thread->state.empty() ? thread->name : fmt::format("{}: {}", thread->name, thread->state));
}

}  // namespace vm::debug::command
