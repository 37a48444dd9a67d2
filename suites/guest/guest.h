#pragma once

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

// What every guest program ends with: prints "NAME RESULT ok" and returns 0, or says what it should have been
// and returns 1. The same source is compiled for the guest and for the host, and both must agree to the bit.
static inline int conclude(const char* name, uint64_t result, uint64_t known) {
    if (result == known) {
        printf("%s %016" PRIx64 " ok\n", name, result);
        return 0;
    }
    printf("%s %016" PRIx64 " wrong, known is %016" PRIx64 "\n", name, result, known);
    return 1;
}

// A step of xorshift64: cheap, deterministic, never zero for a seed that is not.
static inline uint64_t next_random(uint64_t state) {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^ state << 17;
}
