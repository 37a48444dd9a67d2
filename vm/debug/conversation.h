#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vm/debug/debug_target.h"
#include "vm/debug/packet_text.h"

namespace vm::debug {

// What the client said in qSupported that it understands. (GDB manual, "General Query Packets")
struct ClientFeatures {
    bool software_break = false;  // swbreak+
    bool hardware_break = false;  // hwbreak+
    bool error_messages = false;  // error-message+: E.text instead of a number
};

// What the commands of one client share. They run while the target is stopped, or has ended.
struct Conversation {
    DebugTarget& target;
    Stop stop{};  // the last one
    ClientFeatures client{};
    bool acknowledges = true;  // until QStartNoAckMode
    // Chosen by Hg for registers and memory, by Hc for resuming; otherwise it is the one that stopped.
    std::optional<ThreadId> general_thread{};
    std::optional<ThreadId> resumed_thread{};
    std::vector<Breakpoint> breakpoints{};  // those in the target
    std::size_t threads_listed = 0;         // by qfThreadInfo and qsThreadInfo so far

    ThreadId thread() const { return general_thread.value_or(stop.thread); }
};

// What a command leads to. Most are a reply and no more; the empty reply means "not supported".
struct Answer {
    enum class Then : std::uint8_t {
        listen,  // for the next command
        run,     // the target was resumed: the reply is its next stop
        leave,   // the client is done
    };

    Answer(std::string text) : reply(std::move(text)) {}
    Answer(const char* text) : reply(text) {}
    Answer(Then what, std::optional<std::string> text = std::nullopt) : reply(std::move(text)), then(what) {}

    std::optional<std::string> reply;
    Then then = Then::listen;
    std::string console{};  // to be printed by gdb before the reply
};

// E.message when the client understands it, else E01.
std::string error_reply(const Conversation& conversation, std::string_view message);

// -1, 0 or a thread's number. What has a process in front (pPID.TID) is not read: multiprocess is off.
struct ThreadSelector {
    enum class Which : std::uint8_t { all, any, one };

    Which which = Which::all;
    ThreadId id{};
};
std::optional<ThreadSelector> read_thread(PacketReader& reader);

// Takes every breakpoint of the client out of the target, unless that has ended.
void clear_breakpoints(Conversation& conversation);

}  // namespace vm::debug
