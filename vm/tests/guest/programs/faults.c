// Handlers of faults: what they are told, where they run, and how they go on.
#define _GNU_SOURCE
#include <sys/mman.h>

#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <ucontext.h>

#include "check.h"

static sigjmp_buf back;
static volatile int seen_signal, seen_code;
static void* volatile seen_address;
static char stack[65536] __attribute__((aligned(16)));
static volatile int on_stack;

static void on_fault(int signal, siginfo_t* info, void* context) {
    char here;
    on_stack = &here >= stack && &here < stack + sizeof stack;
    seen_signal = signal;
    seen_code = info->si_code;
    seen_address = info->si_addr;
    CHECK(((ucontext_t*)context)->uc_mcontext.__gregs[REG_SP] != 0);
    siglongjmp(back, 1);
}

static void handle(int signal, void (*handler)(int, siginfo_t*, void*)) {
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    CHECK(sigaction(signal, &action, NULL) == 0);
}

static void report(const char* what, void* expected) {
    printf("%s: signal %d, code %d, address as expected %d, on its stack %d\n", what, seen_signal, seen_code,
           seen_address == expected, on_stack);
}

#define TRY(what, expected, code)        \
    if (sigsetjmp(back, 1) == 0) {       \
        code;                            \
        printf("%s: no fault\n", what);  \
    } else {                             \
        report(what, (void*)(expected)); \
    }

static volatile int steps;

// Skips the faulting instruction, a 4-byte one, and changes a register that it should have loaded.
static void skip(int signal, siginfo_t* info, void* context) {
    (void)info;
    ucontext_t* u = context;
    CHECK(signal == SIGSEGV);
    u->uc_mcontext.__gregs[REG_PC] += 4;
    u->uc_mcontext.__gregs[REG_A0] = 42;
    ++steps;
}

static void unprotect(int signal, siginfo_t* info, void* context) {
    (void)signal;
    (void)context;
    CHECK(mprotect((void*)((uintptr_t)info->si_addr & ~4095ul), 4096, PROT_READ | PROT_WRITE) == 0);
    ++steps;
}

int main(void) {
    const stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    CHECK(sigaltstack(&alternate, NULL) == 0);
    stack_t now;
    CHECK(sigaltstack(NULL, &now) == 0 && now.ss_sp == stack && now.ss_flags == 0);
    char* page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(page != MAP_FAILED);
    handle(SIGSEGV, on_fault);
    handle(SIGILL, on_fault);
    handle(SIGTRAP, on_fault);
    handle(SIGBUS, on_fault);
    TRY("load from null", 0, *(volatile char*)0);
    TRY("store to a read-only page", page + 5, ((volatile char*)page)[5] = 1);
    TRY("load above the address space", 1ul << 38, *(volatile char*)(1ul << 38));
    TRY("load at the very top", -8ul, *(volatile long*)-8ul);
    TRY("load of the middle", 1ul << 63, *(volatile long*)(1ul << 63));
    TRY("jump to a page that is not executable", page, ((void (*)(void))page)());
    TRY("jump to nowhere", 0x123456, ((void (*)(void))0x123456)());
    TRY("illegal instruction", seen_address, __asm__ volatile(".4byte 0"));
    TRY("breakpoint", seen_address, __asm__ volatile("ebreak"));
    TRY("privileged instruction", seen_address, __asm__ volatile("csrr t0, mstatus" ::: "t0"));

    handle(SIGSEGV, skip);
    register long a0 __asm__("a0") = 0;
    __asm__ volatile(".option push\n.option norvc\nlw a0, 0(%1)\n.option pop" : "+r"(a0) : "r"(0ul));
    const long loaded = a0;
    printf("skipped: %ld, steps %d\n", loaded, steps);

    handle(SIGSEGV, unprotect);
    page[7] = 3;
    printf("stored after mprotect in the handler: %d, steps %d\n", page[7], steps);
    return 0;
}
