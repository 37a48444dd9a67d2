#include "guest.h"

// Calls through a table of functions, the next one chosen by what the last one computed.
typedef uint64_t (*Function)(uint64_t value, uint64_t salt);

static uint64_t add(uint64_t value, uint64_t salt) { return value + salt; }
static uint64_t negate(uint64_t value, uint64_t salt) { return ~value ^ salt; }
static uint64_t rotate(uint64_t value, uint64_t salt) { return (value << 11 | value >> 53) + salt; }
static uint64_t multiply(uint64_t value, uint64_t salt) { return value * 0x9e3779b97f4a7c15 + salt; }
static uint64_t fold(uint64_t value, uint64_t salt) { return (value ^ value >> 29) + salt; }
static uint64_t halve(uint64_t value, uint64_t salt) { return (value >> 1) ^ salt << 17; }
static uint64_t scramble(uint64_t value, uint64_t salt) { return next_random(value | 1) + salt; }
static uint64_t subtract(uint64_t value, uint64_t salt) { return salt - value; }

static const Function functions[] = {add, negate, rotate, multiply, fold, halve, scramble, subtract};

static uint64_t dispatch(uint64_t calls) {
    const Function* table = functions;
    opaque(table);
    uint64_t value = 1;
    for (uint64_t i = 0; i < calls; ++i) {
        // Two calls in three are those of a short cycle, as in programs; the third nobody can foresee.
        const unsigned chosen = i % 3 == 2 ? value >> 40 & 7 : i & 7;
        value = table[chosen](value, i);
    }
    return value;
}

int main(void) { return conclude("dispatch", dispatch(12000000), 0xc10a0053b1830077); }
