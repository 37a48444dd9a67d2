#pragma once

#include <string>

#include "vm/debug/conversation.h"

namespace vm::debug {

// The packet that tells the client of conversation.stop (GDB manual, "Stop Reply Packets"): T with thread,
// reason and pc while the target lives, W or X when it has ended.
std::string stop_reply(const Conversation& conversation);

}  // namespace vm::debug
