#pragma once

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

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

// The compiler must have this integer in a register here and forgets what it knew about it: a loop around it
// is neither turned into vector instructions nor computed ahead, on no machine. Costs no instruction.
#define opaque(value) __asm__ volatile("" : "+r"(value))

// Mixes the bits of a double into a result.
static inline uint64_t mix_double(uint64_t result, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return result * 31 + bits;
}

// A step of xorshift64: cheap, deterministic, never zero for a seed that is not.
static inline uint64_t next_random(uint64_t state) {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^ state << 17;
}
