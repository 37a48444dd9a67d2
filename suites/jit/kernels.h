#pragma once

#include <stdint.h>

// What the suite runs in guests and, for the results to be known, on the host as well: the same source is
// compiled for both.
#ifdef __cplusplus
extern "C" {
#endif

// 512 functions, each called once, before and between hot loops where there are any.
uint64_t cold_start(uint64_t);
uint64_t mixed(uint64_t rounds);

uint64_t hot_loop(
    uint64_t rounds);  // sums over words of 64 bits in memory: work that the host does side by side
uint64_t chain(uint64_t rounds);     // random numbers of 64 bits: each step waits for the one before
uint64_t words(uint64_t rounds);     // integers of 32 bits in memory, branches that depend on them
uint64_t floating(uint64_t rounds);  // doubles: sums, products, a quotient, a root
uint64_t indirect(uint64_t rounds);  // calls through a table, the next chosen by the last one's result
uint64_t calls(uint64_t depth);      // recursion: every call saves, calls twice and returns

// Follows pointers: where one leads after so many steps, a multiple of 16.
uint64_t chase(uint64_t address, uint64_t steps);

#ifdef __cplusplus
}
#endif
