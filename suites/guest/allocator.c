#include <stdlib.h>

#include "guest.h"

enum { kHeld = 4096 };

static uint8_t* held[kHeld];
static uint32_t sizes[kHeld];

// malloc and free in mixed order and sizes, mostly small ones; each block is written at both ends and checked
// when it goes.
static uint64_t allocate(unsigned rounds) {
    uint64_t random = 47;
    uint64_t sum = 0;
    for (unsigned round = 0; round < rounds; ++round) {
        random = next_random(random);
        const unsigned at = random % kHeld;
        if (held[at] != NULL) {
            sum = sum * 31 + held[at][0] + held[at][sizes[at] - 1];
            free(held[at]);
        }
        const unsigned shift = (random >> 20) % 16;
        const uint32_t limit = shift < 12 ? 128 : shift < 15 ? 1024 : 16384;
        sizes[at] = 1 + (uint32_t)(random >> 32) % limit;
        held[at] = malloc(sizes[at]);
        if (held[at] == NULL) {
            return 0;
        }
        held[at][0] = (uint8_t)round;
        held[at][sizes[at] - 1] = (uint8_t)(round >> 8);
    }
    for (unsigned at = 0; at < kHeld; ++at) {
        free(held[at]);
    }
    return sum;
}

int main(void) { return conclude("allocator", allocate(1500000), 0x3dc5420ea9f65ff8); }
