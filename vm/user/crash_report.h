#pragma once

#include <string>

#include "vm/user/process.h"

namespace vm::user {

// What the user is told about a program that a signal ended, in whole lines: "vm: guest killed by SIGSEGV at
// pc 0x10488: load page fault (13), value 0x0", and before it, for signals that would leave a core file, the
// registers and the instruction at the pc.
std::string crash_report(const Process& process, const Outcome& outcome);

}  // namespace vm::user
