#include "guest.h"

enum { kCount = 4096 };

static uint32_t values[kCount];

// Data-dependent branches: insertion into a heap order, counting by classes and Collatz lengths.
static uint64_t decide(unsigned rounds) {
    uint64_t random = 7;
    uint64_t classes[4] = {0, 0, 0, 0};
    uint64_t steps = 0;
    for (unsigned round = 0; round < rounds; ++round) {
        for (unsigned i = 0; i < kCount; ++i) {
            random = next_random(random);
            uint32_t value = (uint32_t)random;
            unsigned at = i;
            while (at != 0 && values[(at - 1) / 2] < value) {
                values[at] = values[(at - 1) / 2];
                at = (at - 1) / 2;
            }
            values[at] = value;
            if (value & 1) {
                classes[value & 2 ? 0 : 1] += 1;
            } else if (value % 8 == 4) {
                classes[2] += 3;
            } else {
                classes[3] ^= value;
            }
        }
        for (uint64_t start = 1; start < 300; ++start) {
            for (uint64_t n = start + round; n != 1; ++steps) {
                n = n % 2 == 0 ? n / 2 : 3 * n + 1;
            }
        }
    }
    return steps + classes[0] * 3 + classes[1] * 5 + classes[2] * 7 + classes[3] + values[0];
}

int main(void) { return conclude("branches", decide(24), 0x000000011b375fe4); }
