#include "suites/jit/kernels.h"

#include "suites/guest/guest.h"
#include "suites/guest/once.h"

uint64_t hot_loop(uint64_t rounds) {
    static uint64_t table[256];
    for (uint64_t i = 0; i < 256; ++i) {
        table[i] = (i + 1) * 0x9e3779b97f4a7c15;
        opaque(i);
    }
    uint64_t sum = 0;
    uint64_t sums = 0;
    uint64_t bits = 0;
    for (; rounds != 0; --rounds) {
        for (uint64_t i = 0; i < 256; ++i) {
            const uint64_t word = table[i];
            sum += word;
            sums += sum ^ word >> 9;
            bits ^= word + i;
            opaque(i);
        }
    }
    return sum ^ sums ^ bits;
}

uint64_t chain(uint64_t rounds) {
    uint64_t state = 88172645463325252;
    uint64_t sum = 0;
    for (; rounds != 0; --rounds) {
        state = next_random(state);
        sum = (sum << 5 | sum >> 59) + state * 0x9e3779b97f4a7c15;
        opaque(sum);
    }
    return sum;
}

uint64_t words(uint64_t rounds) {
    static uint32_t table[64];
    for (uint32_t i = 0; i < 64; ++i) {
        table[i] = i * 0x9e3779b9;
        opaque(i);
    }
    uint32_t value = 1;
    int32_t low = 0;
    for (uint32_t i = 0; i < rounds; ++i) {
        uint32_t* word = &table[value >> 26];
        opaque(word);
        word[0] = (word[0] ^ value) + i;
        value = value * 1664525 + 1013904223 + (word[0] >> 3);
        if ((int32_t)value < (int32_t)word[0]) {
            low -= (int32_t)(value & 0xff);
        } else {
            low += 3;
        }
        opaque(low);
    }
    return (uint64_t)value << 32 | (uint32_t)low;
}

uint64_t floating(uint64_t rounds) {
    double x = 0.5;
    double sum = 0;
    for (uint64_t i = 0; i < rounds; ++i) {
        const double powers = ((1.25 * x - 0.75) * x + 0.5) * x + 0.125;
        sum += powers / (1.0 + x * x);
        x = __builtin_sqrt(x * 0.75 + (double)(i & 7) * 0.0625);
    }
    return mix_double(mix_double(1, sum), x);
}

typedef uint64_t (*Function)(uint64_t value, uint64_t salt);

static uint64_t add(uint64_t value, uint64_t salt) { return value + salt; }
static uint64_t negate(uint64_t value, uint64_t salt) { return ~value ^ salt; }
static uint64_t rotate(uint64_t value, uint64_t salt) { return (value << 11 | value >> 53) + salt; }
static uint64_t multiply(uint64_t value, uint64_t salt) { return value * 0x9e3779b97f4a7c15 + salt; }

uint64_t indirect(uint64_t rounds) {
    static const Function functions[] = {add, negate, rotate, multiply};
    const Function* table = functions;
    opaque(table);
    uint64_t value = 1;
    for (uint64_t i = 0; i < rounds; ++i) {
        value = table[i % 4 == 3 ? value >> 40 & 3 : i & 3](value, i);
    }
    return value;
}

// Kept out of line, and the second call kept from becoming a loop.
__attribute__((noinline)) uint64_t calls(uint64_t depth) {
    if (depth < 2) {
        return depth;
    }
    const uint64_t first = calls(depth - 1);
    uint64_t second = calls(depth - 2);
    opaque(second);
    return first + second;
}

__attribute__((noinline)) uint64_t cold_start(uint64_t unused) {
    (void)unused;
    return run_all();
}

uint64_t mixed(uint64_t rounds) {
    const uint64_t first = cold_start(0);
    return first ^ chain(rounds) ^ words(rounds) ^ floating(rounds) ^ indirect(rounds);
}

uint64_t chase(uint64_t address, uint64_t steps) {
    for (; steps != 0; steps -= 16) {
#pragma GCC unroll 16
        for (int i = 0; i < 16; ++i) {
            const uint64_t* next = (const uint64_t*)address;
            opaque(next);
            address = *next;
        }
    }
    return address;
}
