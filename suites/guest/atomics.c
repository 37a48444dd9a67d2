#include <stdatomic.h>

#include "guest.h"

enum { kCells = 64 };

static _Atomic uint64_t cells[kCells];
static _Atomic uint32_t counters[kCells];

// Read-modify-write operations of both widths and compare-and-swap loops, on one thread.
static uint64_t count(uint64_t rounds) {
    uint64_t random = 3;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < rounds; ++i) {
        random = next_random(random);
        const unsigned at = random % kCells;
        sum += atomic_fetch_add(&cells[at], random);
        sum ^= atomic_fetch_xor(&counters[at], (uint32_t)i);
        atomic_fetch_or(&cells[(at + 1) % kCells], 1);
        sum += atomic_exchange(&counters[(at + 5) % kCells], (uint32_t)(random >> 32));
        uint64_t seen = atomic_load_explicit(&cells[(at + 9) % kCells], memory_order_acquire);
        while (!atomic_compare_exchange_weak(&cells[(at + 9) % kCells], &seen, seen * 5 + 1)) {
        }
        sum += seen;
    }
    for (unsigned i = 0; i < kCells; ++i) {
        sum = sum * 31 + atomic_load(&cells[i]) + atomic_load(&counters[i]);
    }
    return sum;
}

int main(void) { return conclude("atomics", count(170000), 0xcd37350200e79b06); }
