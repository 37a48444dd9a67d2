#pragma once

#include <span>

#include "vm/cli/command.h"

namespace vm::cli {

// Every sub-command, in the order of the help text. A new one is its file and one line of this array.
std::span<const Command> commands();

}  // namespace vm::cli
