#include "guest.h"

enum { kBytes = 1 << 14, kLongest = 256 };

static uint8_t source[kBytes];
static uint8_t target[kBytes];

// memcpy of 16 to 256 bytes, lengths and places changing, all within the first-level cache.
static uint64_t copy(unsigned copies) {
    uint64_t random = 31;
    for (unsigned i = 0; i < kBytes; ++i) {
        random = next_random(random);
        source[i] = (uint8_t)random;
    }
    for (unsigned i = 0; i < copies; ++i) {
        random = next_random(random);
        const uint64_t length = 16 + (random & 15) * 16;
        const uint64_t from = (random >> 16) % (kBytes - kLongest);
        const uint64_t to = (random >> 32) % (kBytes - kLongest);
        memcpy(target + to, source + from, length);
    }
    uint64_t sum = 0;
    for (unsigned i = 0; i < kBytes; ++i) {
        sum = sum * 31 + target[i];
    }
    return sum;
}

int main(void) { return conclude("copy_small", copy(5000000), 0xe13abc1119bcd2d0); }
