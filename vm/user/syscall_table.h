#pragma once

#include <cstdint>

#include "vm/user/kernel.h"

namespace vm::user {

struct Syscall {
    const char* name;
    const char* arguments;                         // letters as in syscalls.inc
    SysValue (*handler)(Kernel&, const SysArgs&);  // nullptr: known, not supported
};

// nullptr: Linux has no system call of that number.
const Syscall* find_syscall(std::uint64_t number);

// Carries out a system call; what is unknown or not supported is -ENOSYS.
SysValue dispatch(Kernel& kernel, std::uint64_t number, const SysArgs& arguments);

}  // namespace vm::user
