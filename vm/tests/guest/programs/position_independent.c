// Position-independent, without start-up code: prints where it was entered relative to AT_ENTRY and its data.
static const char kText[] = "position-independent\n";
static const char* volatile text = kText;  // needs a relocation, which nobody makes: so it is not followed

static long call(long number, long a, long b, long c) {
    register long a0 __asm__("a0") = a;
    register long a1 __asm__("a1") = b;
    register long a2 __asm__("a2") = c;
    register long a7 __asm__("a7") = number;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a7) : "memory");
    return a0;
}

__attribute__((noreturn, used)) static void start(const unsigned long* stack) {
    const unsigned long* at = stack + 1 + stack[0] + 1;  // behind argc and argv
    while (*at != 0) {
        ++at;
    }
    unsigned long entry = 0;
    for (++at; at[0] != 0; at += 2) {
        entry = at[0] == 9 ? at[1] : entry;
    }
    void _start(void);
    const int here = entry == (unsigned long)&_start && text != 0;
    call(64, 1, (long)kText, sizeof kText - 1);
    call(93, here ? 7 : 1, 0, 0);
    __builtin_unreachable();
}

__asm__(
    ".globl _start\n"
    "_start:\n"
    "    mv a0, sp\n"
    "    j start\n");
