#pragma once

#include <optional>
#include <string>

#include "vm/booted/guest_console.h"

// The shell that a guest of scripts/guest-image gives on its console (scripts/guest/init.sh).

namespace vm::booted {

// What the guest says first from user space.
inline constexpr const char* kFirstLine = "vm: first user-space line";

// Waits, from power on, for the shell's prompt: false when the guest or the time ends first.
bool wait_for_shell(GuestConsole& console);

// Types the command at the prompt and waits for the next one. What came in between, without the echo of what
// was typed and with lines that end by \n alone; none when the guest or the time ends first.
std::optional<std::string> run_command(GuestConsole& console, const std::string& command);

}  // namespace vm::booted
