#pragma once

#include <filesystem>
#include <string>

namespace harness::run {

// Names this process in a way that no later process will have, even after a restart of the machine:
// "BOOT-ID PID START-TICKS". `proc` is where /proc is found.
std::string own_identity(const std::filesystem::path& proc = "/proc");

// Whether the process named so is still there.
bool is_alive(const std::string& identity, const std::filesystem::path& proc = "/proc");

}  // namespace harness::run
