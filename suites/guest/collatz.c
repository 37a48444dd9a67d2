#include "guest.h"

// A short loop with a branch that cannot be predicted: the total of all steps to 1, and the longest way.
static uint64_t walk(uint64_t last) {
    uint64_t steps = 0;
    uint64_t longest = 0;
    for (uint64_t start = 1; start <= last; ++start) {
        uint64_t length = 0;
        for (uint64_t n = start; n != 1; ++length) {
            if (n & 1) {
                n = 3 * n + 1;
            } else {
                n >>= 1;
            }
            opaque(n);
        }
        steps += length;
        longest = length > longest ? length : longest;
    }
    return steps << 16 | longest;
}

int main(void) { return conclude("collatz", walk(500000), 0x000003b41a0b01c0); }
