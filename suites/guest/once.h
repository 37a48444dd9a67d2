#pragma once

#include "suites/guest/guest.h"

// Code that runs once: 512 functions, all different, each called one time in order, as in a program that
// starts, does its work and ends. What compiles code before it runs has nothing to gain here.
#define STEP(n, salt)                                                       \
    value = (value ^ (salt)) * (2 * (uint64_t)(n) + 0x10001);               \
    value ^= value >> ((n) % 31 + 7);                                       \
    if (value & (1u << (n) % 13)) {                                         \
        value += (uint64_t)(salt) << (n) % 23;                              \
    } else {                                                                \
        value = (value << ((n) % 17 + 3) | value >> (61 - (n) % 17)) - (n); \
    }                                                                       \
    opaque(value);

#define FUNCTION(n)                                                          \
    __attribute__((noinline)) static uint64_t function_##n(uint64_t value) { \
        STEP(n, (n ^ 04321) * 0x9e3779b9u)                                   \
        STEP(n + 511, (n ^ 01234) * 0x85ebca6bu)                             \
        STEP(n * 3 + 7, (n ^ 02143) * 0xc2b2ae35u)                           \
        STEP(n * 5 + 3, (n ^ 03412) * 0x27d4eb2fu)                           \
        return value + (value >> 32) * (n % 127);                            \
    }
#define CALL(n) value = function_##n(value);

// The names have three octal digits behind the zero that makes the numbers octal, too.
#define TWO(macro, n, i, j) macro(n##i) macro(n##j)
#define EIGHT(macro, n) TWO(macro, n, 0, 1) TWO(macro, n, 2, 3) TWO(macro, n, 4, 5) TWO(macro, n, 6, 7)
#define TWO_EIGHTS(macro, n, i, j) EIGHT(macro, n##i) EIGHT(macro, n##j)
#define ALL_OF(macro, n)       \
    TWO_EIGHTS(macro, n, 0, 1) \
    TWO_EIGHTS(macro, n, 2, 3) \
    TWO_EIGHTS(macro, n, 4, 5) \
    TWO_EIGHTS(macro, n, 6, 7)
#define ALL(macro)    \
    ALL_OF(macro, 00) \
    ALL_OF(macro, 01) \
    ALL_OF(macro, 02) \
    ALL_OF(macro, 03) \
    ALL_OF(macro, 04) \
    ALL_OF(macro, 05) \
    ALL_OF(macro, 06) \
    ALL_OF(macro, 07)

ALL(FUNCTION)

static inline uint64_t run_all(void) {
    uint64_t value = 1;
    ALL(CALL)
    return value;
}
