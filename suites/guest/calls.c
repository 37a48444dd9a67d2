#include "guest.h"

// Recursion: every call saves, calls twice and returns. Kept out of line.
__attribute__((noinline)) static uint64_t fib(unsigned n) {
    if (n < 2) {
        return n;
    }
    const uint64_t first = fib(n - 1);
    __asm__ volatile("");
    return first + fib(n - 2);
}

int main(void) { return conclude("calls", fib(27), 196418); }
