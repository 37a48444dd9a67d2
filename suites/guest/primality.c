#include "guest.h"

// Multiplication and division: the test of Miller and Rabin on numbers of 32 bits, whose powers need a
// product of 64 bits and a remainder at each step. Bases 2, 7 and 61 leave no doubt below 2^32. (Jaeschke
// 1993)
static uint32_t power(uint32_t base, uint32_t exponent, uint32_t modulus) {
    uint64_t result = 1;
    uint64_t square = base % modulus;
    for (; exponent != 0; exponent >>= 1) {
        if (exponent & 1) {
            result = result * square % modulus;
        }
        square = square * square % modulus;
    }
    return (uint32_t)result;
}

static int passes(uint32_t number, uint32_t base) {
    uint32_t odd = number - 1;
    unsigned twos = 0;
    while (odd % 2 == 0) {
        odd /= 2;
        ++twos;
    }
    uint64_t x = power(base, odd, number);
    if (x == 1 || x == number - 1 || x == 0) {
        return 1;
    }
    for (unsigned i = 1; i < twos; ++i) {
        x = x * x % number;
        if (x == number - 1) {
            return 1;
        }
    }
    return 0;
}

static uint64_t count_primes(uint32_t first, uint32_t numbers) {
    uint64_t found = 0;
    uint64_t sum = 0;
    for (uint32_t number = first; number < first + 2 * numbers; number += 2) {
        if (passes(number, 2) && passes(number, 7) && passes(number, 61)) {
            ++found;
            sum ^= ((uint64_t)number * number) << (found & 7);
        }
    }
    return sum + found;
}

int main(void) { return conclude("primality", count_primes(4000000001u, 400000), 0x7998f8285495fc24); }
