#include "guest.h"

// A byte-code machine: a switch in a loop whose next target depends on the program, and operations through
// pointers.
enum Operation { kPush, kAdd, kXor, kDouble, kSwap, kCall, kLoop, kHalt };

static const uint8_t program[] = {
    kPush, 3, kPush, 5,     kAdd, kDouble, kPush,   9,    kXor,  kSwap, kAdd,  kCall, 0,
    kPush, 1, kXor,  kCall, 1,    kSwap,   kDouble, kAdd, kCall, 2,     kLoop, kHalt,
};

static uint64_t rotate(uint64_t value) { return value << 9 | value >> 55; }
static uint64_t invert(uint64_t value) { return ~value; }
static uint64_t scramble(uint64_t value) { return next_random(value | 1); }

static uint64_t (*volatile const functions[])(uint64_t) = {rotate, invert, scramble};

static uint64_t interpret(uint64_t rounds) {
    uint64_t top = 1;
    uint64_t below = 2;
    uint64_t third = 0;
    const uint8_t* at = program;
    for (;;) {
        switch ((enum Operation) * at++) {
            case kPush:
                third = below;
                below = top;
                top = *at++;
                break;
            case kAdd:
                top += below;
                below = third;
                break;
            case kXor:
                top ^= below;
                below = third;
                break;
            case kDouble:
                top *= 2;
                break;
            case kSwap: {
                const uint64_t kept = top;
                top = below;
                below = kept;
                break;
            }
            case kCall:
                top = functions[*at++](top);
                break;
            case kLoop:
                if (--rounds != 0) {
                    at = program;
                }
                break;
            case kHalt:
                return top ^ below;
        }
    }
}

int main(void) { return conclude("indirect", interpret(55000), 0x846c0a4f885d3f12); }
