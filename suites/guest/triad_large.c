#include "guest.h"

enum { kCount = 1 << 20 };

static double a[kCount];
static double b[kCount];
static double c[kCount];

// a = b + s * c in double precision, over 24 MiB, more than the caches near the processor hold, one element
// at a time.
static uint64_t triad(unsigned rounds) {
    for (unsigned i = 0; i < kCount; ++i) {
        b[i] = (double)(i % 97) * 0.125;
        c[i] = (double)(i % 89) * 0.0625;
    }
    double factor = 0.5;
    for (unsigned round = 0; round < rounds; ++round) {
        for (uint64_t i = 0; i < kCount; ++i) {
            a[i] = b[i] + factor * c[i];
            opaque(i);
        }
        factor = 0.5 + a[round % kCount] * 0.001;
    }
    uint64_t result = 0;
    for (unsigned i = 0; i < kCount; ++i) {
        result = mix_double(result, a[i]);
    }
    return result;
}

int main(void) { return conclude("triad_large", triad(40), 0x469f262966d365ae); }
