#include "guest.h"

// Recursion without a stack of its own: each call saves registers, calls twice and returns. The number of
// ways to choose k of n, by Pascal's rule.
__attribute__((noinline)) static uint64_t choose(uint64_t n, uint64_t k) {
    if (k == 0 || k == n) {
        return 1;
    }
    uint64_t with = choose(n - 1, k - 1);
    opaque(with);
    uint64_t without = choose(n - 1, k);
    opaque(without);  // else the second call becomes a loop
    return with + without;
}

int main(void) { return conclude("recursion", choose(28, 12), 30421755); }
