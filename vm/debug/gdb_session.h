#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "vm/debug/conversation.h"
#include "vm/debug/debug_target.h"
#include "vm/debug/packet.h"

namespace vm::debug {

// One client's conversation in gdb's remote serial protocol, all-stop: bytes in, bytes out, no sockets. The
// owner tells it of each stop. Commands act while the target is stopped; a packet that comes while it runs
// asks for a stop, as 0x03 does, and is answered after the stop's own reply.
//
// A client may send anything: what it can make us keep is bounded, and one that floods us or never
// acknowledges is treated as vanished.
class GdbSession {
  public:
    // `stop`: where the target stands; nothing when it runs, then it is asked to stop, because gdb expects
    // that of what it connects to.
    GdbSession(DebugTarget& target, std::optional<Stop> stop);

    void receive(std::string_view bytes);
    void stopped(const Stop& stop);
    // The client is gone without a word. Its breakpoints are removed, and the target is left as the client
    // had it: stopped, or running. In the second case that may take a stop first, so finished() comes later.
    void disconnected();

    // What is to be sent and has not been taken yet.
    std::string take_output();
    // Detached, killed or vanished, and nothing of this session is left in the target. Takes no more bytes.
    bool finished() const { return state_ == State::finished; }
    // Where the target stands; nothing while it runs.
    std::optional<Stop> stop() const;

  private:
    enum class State : std::uint8_t {
        attaching,  // running, the client has not asked for that
        running,    // the client waits for a stop reply
        stopped,
        leaving,  // running, the client is gone; what it left is removed at the next stop
        finished,
    };

    bool target_runs() const;
    void take(PacketEvent event);
    void take_packet(PacketEvent event);
    void carry_out_held();
    void carry_out(const PacketEvent& event);
    void interrupt();
    void reply(std::string_view payload);
    void print(std::string_view text);
    void repeat_reply();
    void leave();

    Conversation conversation_;
    State state_;
    PacketDecoder decoder_;
    std::deque<PacketEvent> held_;  // packets that came while the target ran
    bool interrupt_asked_ = false;  // since it was last resumed
    bool target_stopped_ = false;   // of finished
    std::string output_;
    std::string last_frame_;  // until it is acknowledged
    unsigned repetitions_ = 0;
};

}  // namespace vm::debug
