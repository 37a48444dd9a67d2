#include "guest.h"

enum { kNodes = 1 << 16 };

// Loads that each wait for the one before: one way through 65536 nodes, a cache line each, 4 MiB in all, in
// an order that no prefetcher knows.
struct Node {
    const struct Node* next;
    uint64_t value;
    uint64_t unused[6];
};

static struct Node nodes[kNodes];
static uint32_t order[kNodes];

static uint64_t chase(uint64_t steps) {
    uint64_t random = 23;
    for (uint32_t i = 0; i < kNodes; ++i) {
        order[i] = i;
    }
    for (uint32_t i = kNodes - 1; i != 0; --i) {
        random = next_random(random);
        const uint32_t other = (uint32_t)(random % (i + 1));
        const uint32_t kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
    for (uint32_t i = 0; i < kNodes; ++i) {
        nodes[order[i]].next = &nodes[order[(i + 1) % kNodes]];
        nodes[order[i]].value = i;
    }
    const struct Node* at = &nodes[order[0]];
    uint64_t sum = 0;
    for (uint64_t step = 0; step < steps; ++step) {
        sum = sum * 3 + at->value;
        at = at->next;
    }
    return sum + at->value;
}

int main(void) { return conclude("chase", chase(1500000), 0xf4bb1dcd00c26790); }
