#include <string.h>

#include "guest.h"

enum { kNumbers = 4 << 20 };

static uint8_t composite[kNumbers];

// Byte stores at strides over 4 MiB, the sieve of Eratosthenes, then a count with a branch for each byte.
static uint64_t count_primes(unsigned rounds) {
    uint64_t primes = 0;
    for (unsigned round = 0; round < rounds; ++round) {
        memset(composite, 0, sizeof composite);
        for (unsigned i = 2; i * i < kNumbers; ++i) {
            if (composite[i]) {
                continue;
            }
            for (unsigned j = i * i; j < kNumbers; j += i) {
                composite[j] = 1;
            }
        }
        for (unsigned i = 2; i < kNumbers; ++i) {
            if (!composite[i]) {
                primes += 1 + (i & round);
            }
            opaque(primes);
        }
    }
    return primes;
}

int main(void) { return conclude("sieve", count_primes(8), 0x00000000006c66c8); }
