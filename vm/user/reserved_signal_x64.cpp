#include <cstdint>
#include <sys/syscall.h>

#include <unistd.h>

#include "vm/user/reserved_signal.h"

// The kernel has handlers return to this, and demands it: rt_sigreturn. Unwinders know it by these bytes.
asm(R"(
    .text
    .p2align 4
    .type vm_user_restorer_x64, @function
vm_user_restorer_x64:
    mov $15, %rax
    syscall
    .size vm_user_restorer_x64, . - vm_user_restorer_x64
)");

extern "C" void vm_user_restorer_x64();

namespace vm::user {
namespace {

// struct sigaction of arch/x86/include/uapi/asm/signal.h, which is not glibc's.
struct KernelAction {
    std::uint64_t handler;
    std::uint64_t flags;
    std::uint64_t restorer;
    std::uint64_t mask;
};
constexpr std::uint64_t kHasRestorer = 0x0400'0000;  // SA_RESTORER

void install(int signal, std::uint64_t handler) {
    const KernelAction action = {handler, SA_SIGINFO | kHasRestorer,
                                 reinterpret_cast<std::uint64_t>(&vm_user_restorer_x64), ~std::uint64_t{0}};
    ::syscall(SYS_rt_sigaction, signal, &action, nullptr, sizeof action.mask);
}

}  // namespace

void handle_reserved_signal(int signal, void (*handler)(int, siginfo_t*, void*)) {
    install(signal, reinterpret_cast<std::uint64_t>(handler));
}

void set_reserved_signal(int signal, void (*disposition)(int)) {
    install(signal, reinterpret_cast<std::uint64_t>(disposition));
}

}  // namespace vm::user
