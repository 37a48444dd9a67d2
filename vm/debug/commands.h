#pragma once

#include <string_view>

#include "vm/debug/conversation.h"
#include "vm/debug/packet_text.h"

namespace vm::debug {

// Carries out one packet of the client's; unknown ones get the empty reply.
Answer carry_out(Conversation& conversation, std::string_view packet);

// One function a command, after the packet's name in gdb's manual ("Packets", "General Query
// Packets"); each gets what follows that name. Those of a family lie in commands_FAMILY.cpp.
namespace command {

// The last stop again.
Answer last_stop(Conversation& conversation, PacketReader arguments);

Answer read_registers(Conversation& conversation, PacketReader arguments);
Answer write_registers(Conversation& conversation, PacketReader arguments);
Answer read_register(Conversation& conversation, PacketReader arguments);
Answer write_register(Conversation& conversation, PacketReader arguments);

Answer read_memory(Conversation& conversation, PacketReader arguments);
Answer read_memory_binary(Conversation& conversation, PacketReader arguments);
Answer write_memory(Conversation& conversation, PacketReader arguments);
Answer write_memory_binary(Conversation& conversation, PacketReader arguments);

Answer insert_breakpoint(Conversation& conversation, PacketReader arguments);
Answer remove_breakpoint(Conversation& conversation, PacketReader arguments);

// Older clients, and those that have no threads, resume with these rather than with vCont.
Answer go(Conversation& conversation, PacketReader arguments);
Answer go_with_signal(Conversation& conversation, PacketReader arguments);
Answer step(Conversation& conversation, PacketReader arguments);
Answer step_with_signal(Conversation& conversation, PacketReader arguments);
Answer resume_actions(Conversation& conversation, PacketReader arguments);
Answer resume(Conversation& conversation, PacketReader arguments);
Answer detach(Conversation& conversation, PacketReader arguments);
Answer kill(Conversation& conversation, PacketReader arguments);
Answer kill_process(Conversation& conversation, PacketReader arguments);

Answer choose_thread(Conversation& conversation, PacketReader arguments);
Answer thread_alive(Conversation& conversation, PacketReader arguments);
Answer current_thread(Conversation& conversation, PacketReader arguments);
Answer first_threads(Conversation& conversation, PacketReader arguments);
Answer more_threads(Conversation& conversation, PacketReader arguments);
Answer thread_extra_info(Conversation& conversation, PacketReader arguments);

Answer supported(Conversation& conversation, PacketReader arguments);
Answer start_no_ack_mode(Conversation& conversation, PacketReader arguments);
Answer attached(Conversation& conversation, PacketReader arguments);
Answer offsets(Conversation& conversation, PacketReader arguments);
Answer must_reply_empty(Conversation& conversation, PacketReader arguments);
Answer monitor(Conversation& conversation, PacketReader arguments);

Answer transfer(Conversation& conversation, PacketReader arguments);

}  // namespace command
}  // namespace vm::debug
