#pragma once

#include <cstdint>
#include <string>

#include "vm/user/kernel.h"

namespace vm::user {

// "openat(-100, "/etc/hosts", 0x0, 00)": the call with its arguments as --strace shows them. Made before the
// call, while strings are what the guest passed. A number Linux does not know is "syscall_999(0x1, ...)".
std::string describe_call(const AddressSpace& memory, std::uint64_t number, const SysArgs& arguments);

// " = 3", " = -1 ENOENT (No such file or directory)", " = ?" for calls that do not return.
std::string describe_result(SysValue result);

}  // namespace vm::user
