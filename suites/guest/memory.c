#include <string.h>

#include "guest.h"

enum { kWords = 1 << 13 };

static uint64_t words[kWords];
static uint8_t bytes[kWords];

// Loads and stores of several widths: streams, a scatter by computed index, and a pointer chase.
static uint64_t walk(unsigned rounds) {
    uint64_t state = 42;
    for (unsigned i = 0; i < kWords; ++i) {
        words[i] = (i * 5u + 3u) % kWords;
    }
    uint64_t at = 0;
    for (unsigned round = 0; round < rounds; ++round) {
        for (unsigned i = 0; i < kWords; ++i) {
            at = words[at];
            bytes[(at ^ i) % kWords] = (uint8_t)(bytes[i] + at);
        }
        for (unsigned i = 0; i + 1 < kWords; ++i) {
            const uint16_t half = *(const volatile uint16_t*)&bytes[i & ~1u];
            state += half + words[i + 1];
        }
        state = next_random(state);
    }
    for (unsigned i = 0; i < kWords; ++i) {
        state = state * 31 + bytes[i];
    }
    return state + at;
}

int main(void) { return conclude("memory", walk(42), 0x4a04266d1d62e38d); }
