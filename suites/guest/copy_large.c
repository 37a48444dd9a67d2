#include "guest.h"

enum { kBytes = 8 << 20 };

static uint8_t first[kBytes];
static uint8_t second[kBytes];

// memcpy of 8 MiB, to and fro, with one byte changed each time.
static uint64_t copy(unsigned copies) {
    uint64_t random = 37;
    for (unsigned i = 0; i < kBytes; i += sizeof random) {
        random = next_random(random);
        memcpy(first + i, &random, sizeof random);
    }
    for (unsigned i = 0; i < copies; ++i) {
        random = next_random(random);
        uint8_t* to = i % 2 == 0 ? second : first;
        const uint8_t* from = i % 2 == 0 ? first : second;
        memcpy(to, from, kBytes);
        to[random % kBytes] ^= (uint8_t)(i + 1);
    }
    uint64_t sum = 0;
    for (unsigned i = 0; i < kBytes; i += 61) {
        sum = sum * 31 + first[i] + second[i];
    }
    return sum;
}

int main(void) { return conclude("copy_large", copy(90), 0x29f1ee9e565804c8); }
