// Two threads each store a value, then load the other's with an lr whose rl bit orders it behind the store
// (Unpriv. 14.2): never do both read what was there before. Says "done" when that held each time.
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>

#include "check.h"

enum { kRounds = 50000, kApart = 16 };

static int stored[2][kApart];  // each in a line of its own
static int seen[2];
static _Atomic int turn[2];

static int load_behind_stores(int* from) {
    int value;
    __asm__ volatile("lr.w.aqrl %0, (%1)" : "=r"(value) : "r"(from) : "memory");
    return value;
}

// Neither begins a round before both have ended the last.
static void meet(int own, int round) {
    atomic_store(&turn[own], round);
    for (int spins = 1; atomic_load(&turn[1 - own]) < round; ++spins) {
        if (spins % 1000 == 0) {
            sched_yield();
        }
    }
}

static void store_and_load(int own, int round) {
    meet(own, 2 * round + 1);
    *(volatile int*)stored[own] = round + 1;
    seen[own] = load_behind_stores(stored[1 - own]);
    meet(own, 2 * round + 2);
}

static void* other(void* unused) {
    (void)unused;
    for (int round = 0; round < kRounds; ++round) {
        store_and_load(1, round);
    }
    return NULL;
}

int main(void) {
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, other, NULL) == 0);
    for (int round = 0; round < kRounds; ++round) {
        store_and_load(0, round);
        CHECK(seen[0] == round + 1 || seen[1] == round + 1);
    }
    CHECK(pthread_join(thread, NULL) == 0);
    puts("done");
    return 0;
}
