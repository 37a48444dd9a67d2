#include "vm/user/syscall_table.h"

#include <cerrno>

#include "vm/user/syscalls.h"

namespace vm::user {
namespace {

// A file descriptor of vm's own must look closed to the guest.
bool names_own_descriptor(const Kernel& kernel, const Syscall& call, const SysArgs& arguments) {
    const ProcessState& process = kernel.process;
    const auto own = [&](int descriptor) {
        return (descriptor > 2 and descriptor == process.diagnostics_fd) or
               (process.owns_descriptor and process.owns_descriptor(descriptor));
    };
    for (std::size_t index = 0; call.arguments[index] != '\0'; ++index) {
        if (call.arguments[index] == 'f' and own(as_int(arguments[index]))) {
            return true;
        }
    }
    return false;
}

}  // namespace

const Syscall* find_syscall(std::uint64_t number) {
    switch (number) {
#define SYSCALL(number, name, arguments)                                  \
    case number: {                                                        \
        static constexpr Syscall kEntry = {#name, arguments, &sys::name}; \
        return &kEntry;                                                   \
    }
#define UNSUPPORTED(number, name)                                     \
    case number: {                                                    \
        static constexpr Syscall kEntry = {#name, "xxxxxx", nullptr}; \
        return &kEntry;                                               \
    }
#include "vm/user/syscalls.inc"
#undef SYSCALL
#undef UNSUPPORTED
        default:
            return nullptr;
    }
}

SysValue dispatch(Kernel& kernel, std::uint64_t number, const SysArgs& arguments) {
    const Syscall* call = find_syscall(number);
    if (call == nullptr or call->handler == nullptr) {
        return -ENOSYS;
    }
    if (names_own_descriptor(kernel, *call, arguments)) {
        return -EBADF;
    }
    return call->handler(kernel, arguments);
}

}  // namespace vm::user
