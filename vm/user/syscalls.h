#pragma once

#include <cerrno>
#include <cstdint>

#include <unistd.h>

#include "vm/user/kernel.h"

// The system calls of syscalls.inc, each under the kernel's own name. They take the guest's raw arguments and
// return what the kernel would: a result, a negative error number, or one of the restart values of
// host_signals.h.

namespace vm::user {

// sys::rt_sigreturn and whatever ends the program: the registers are as they should be, nothing goes into a0.
inline constexpr SysValue kNoResult = INT64_MIN;

namespace sys {

#define SYSCALL(number, name, arguments) SysValue name(Kernel& kernel, const SysArgs& values);
#define UNSUPPORTED(number, name)
#include "vm/user/syscalls.inc"
#undef SYSCALL
#undef UNSUPPORTED

}  // namespace sys

// A system call of the host that does not block, with errors as negative numbers.
template <class... Args>
SysValue host_call(long number, Args... arguments) {
    const long result = ::syscall(number, arguments...);
    return result == -1 ? -errno : result;
}

// A path of the guest, as a path of the host: /proc/self/exe is the guest's program, not vm.
Checked<std::string> path_argument(const Kernel& kernel, std::uint64_t address);
// The same where the sysroot comes first: for what the guest looks up, not for what it makes or removes.
Checked<std::string> lookup_argument(const Kernel& kernel, std::uint64_t address);

// One line for the user, from the running program.
void say(const Kernel& kernel, const std::string& line);

}  // namespace vm::user
