#include "guest.h"

// Multiplication (low and high halves), division and remainder, signed and unsigned, 32 and 64 bits.
static uint64_t divide(uint64_t rounds) {
    uint64_t random = 99;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < rounds; ++i) {
        random = next_random(random);
        const uint64_t divisor = (random >> 40) | 1;
        const uint64_t product = random * divisor;
        const uint64_t high = (uint64_t)(((unsigned __int128)random * divisor) >> 64);
        sum += product ^ high;
        sum += random / divisor + random % divisor;
        sum +=
            (uint64_t)((int64_t)random / (int64_t)divisor) ^ (uint64_t)((int64_t)random % (int64_t)divisor);
        sum += (uint32_t)random / (uint32_t)divisor +
               (uint32_t)((int32_t)random % (int32_t)((divisor & 0xffff) | 1));
    }
    return sum;
}

int main(void) { return conclude("muldiv", divide(260000), 0x9cb003ea82d2418d); }
