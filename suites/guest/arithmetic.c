#include "guest.h"

// Integer mix: additions, shifts, logic, comparisons, 32- and 64-bit, hardly any memory.
static uint64_t mix(uint64_t rounds) {
    uint64_t a = 0x0123456789abcdef;
    uint64_t b = 0xfedcba9876543210;
    uint32_t c = 0x9e3779b9;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < rounds; ++i) {
        a = next_random(a);
        b += a ^ (b << 5) ^ (b >> 3);
        c = (c << 7 | c >> 25) + (uint32_t)a;
        sum += a < b ? c : (uint64_t)(int32_t)c;
        sum ^= (b & 0xff00) | (i - a);
    }
    return sum;
}

int main(void) { return conclude("arithmetic", mix(330000), 0x37e7064304288997); }
