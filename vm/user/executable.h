#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vm/user/address_space.h"

namespace vm::user {

// What execve is to run: for a script its interpreter, with the script among the arguments.
struct Executable {
    std::string path;  // of the host
    std::vector<std::string> arguments;
};

// What a process hands on to the program that takes its place, besides what the host's execve does.
struct HandedOn {
    bool child = false;                                // see ProcessOptions::is_child
    std::optional<std::uint64_t> instructions_left{};  // nothing: there is no limit
};

// Finds out what running the file at `path` (of the host) means: a program for riscv64 itself, or "#!" lines
// followed to one (execve(2)). `name` is what the guest calls it. The errors are those of execve.
Checked<Executable> find_executable(const std::string& path, const std::string& name,
                                    std::vector<std::string> arguments, const std::string& sysroot);

// The command line that runs it: what begins vm's own (ProcessState::command) goes on with this.
std::vector<std::string> command_line(std::vector<std::string> command, const Executable& executable,
                                      const HandedOn& handed);

}  // namespace vm::user
