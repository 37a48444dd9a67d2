#include "vm/user/safe_syscall.h"

// The instructions between the two labels are where a signal must not be lost: a handler that finds the
// program counter there moves it to the third. Assembly, because no compiler may spread or reorder them.
asm(R"(
    .text
    .p2align 4
    .type vm_user_syscall_x64, @function
vm_user_syscall_x64:
    .cfi_startproc
    push %rbx
    .cfi_adjust_cfa_offset 8
    .cfi_offset %rbx, -16
    mov %rdi, %rbx
    mov %rsi, %rax
    mov 0(%rdx), %rdi
    mov 8(%rdx), %rsi
    mov 24(%rdx), %r10
    mov 32(%rdx), %r8
    mov 40(%rdx), %r9
    mov 16(%rdx), %rdx
vm_user_syscall_x64_look:
    cmpl $0, (%rbx)
    jnz vm_user_syscall_x64_interrupted
    syscall
vm_user_syscall_x64_done:
    pop %rbx
    .cfi_remember_state
    .cfi_adjust_cfa_offset -8
    .cfi_restore %rbx
    ret
    .cfi_restore_state
vm_user_syscall_x64_interrupted:
    mov $-512, %rax
    pop %rbx
    .cfi_adjust_cfa_offset -8
    .cfi_restore %rbx
    ret
    .cfi_endproc
    .size vm_user_syscall_x64, . - vm_user_syscall_x64
)");

extern "C" {
std::int64_t vm_user_syscall_x64(const std::atomic<int>* pending, long number,
                                 const std::uint64_t* arguments);
// Labels of the assembly. NOLINTBEGIN(readability-identifier-naming)
extern const char vm_user_syscall_x64_look;
extern const char vm_user_syscall_x64_done;
extern const char vm_user_syscall_x64_interrupted;
// NOLINTEND(readability-identifier-naming)
}

namespace vm::user {

static_assert(sizeof(std::atomic<int>) == 4 and std::atomic<int>::is_always_lock_free);

std::int64_t interruptible_syscall(const std::atomic<int>* pending, long number,
                                   const std::uint64_t (&arguments)[6]) {
    return vm_user_syscall_x64(pending, number, arguments);
}

void rewind_interruptible_syscall(ucontext_t& interrupted) {
    auto& pc = interrupted.uc_mcontext.gregs[REG_RIP];
    if (pc >= reinterpret_cast<greg_t>(&vm_user_syscall_x64_look) and
        pc < reinterpret_cast<greg_t>(&vm_user_syscall_x64_done)) {
        pc = reinterpret_cast<greg_t>(&vm_user_syscall_x64_interrupted);
    }
}

}  // namespace vm::user
