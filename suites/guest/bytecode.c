#include "guest.h"

// A register machine with a switch in a loop. Its program runs Euclid's algorithm, by subtraction, on all
// pairs of numbers, so that the way through the switch depends on the data.
enum Operation { kSet, kCopy, kAdd, kSubtract, kMix, kJump, kJumpEqual, kJumpLess, kHalt };

enum Register { kN, kLast, kK, kA, kB, kCoprime, kOne, kSum, kRegisters };

struct Step {
    uint8_t operation;
    uint8_t to;
    uint8_t from;
    uint8_t target;
};

static const struct Step program[] = {
    {kSet, kN, 2, 0},            // 0
    {kSet, kK, 1, 0},            // 1: for each n
    {kCopy, kA, kN, 0},          // 2: for each k below it
    {kCopy, kB, kK, 0},          // 3
    {kJumpEqual, kA, kB, 10},    // 4: the larger one less the smaller one
    {kJumpLess, kA, kB, 8},      // 5
    {kSubtract, kA, kB, 0},      // 6
    {kJump, 0, 0, 4},            // 7
    {kSubtract, kB, kA, 0},      // 8
    {kJump, 0, 0, 4},            // 9
    {kJumpEqual, kA, kOne, 12},  // 10
    {kJump, 0, 0, 13},           // 11
    {kAdd, kCoprime, kOne, 0},   // 12
    {kMix, kSum, kA, 0},         // 13
    {kAdd, kK, kOne, 0},         // 14
    {kJumpLess, kK, kN, 2},      // 15
    {kAdd, kN, kOne, 0},         // 16
    {kJumpLess, kN, kLast, 1},   // 17
    {kHalt, 0, 0, 0},            // 18
};

static uint64_t run(uint64_t last) {
    uint64_t registers[kRegisters] = {[kLast] = last, [kOne] = 1};
    for (const struct Step* step = program;;) {
        const struct Step now = *step++;
        switch ((enum Operation)now.operation) {
            case kSet:
                registers[now.to] = now.from;
                break;
            case kCopy:
                registers[now.to] = registers[now.from];
                break;
            case kAdd:
                registers[now.to] += registers[now.from];
                break;
            case kSubtract:
                registers[now.to] -= registers[now.from];
                break;
            case kMix:
                registers[now.to] = registers[now.to] * 31 + registers[now.from];
                break;
            case kJump:
                step = program + now.target;
                break;
            case kJumpEqual:
                if (registers[now.to] == registers[now.from]) {
                    step = program + now.target;
                }
                break;
            case kJumpLess:
                if (registers[now.to] < registers[now.from]) {
                    step = program + now.target;
                }
                break;
            case kHalt:
                return registers[kSum] ^ registers[kCoprime];
        }
    }
}

int main(void) { return conclude("bytecode", run(700), 0x15280f09e589ea16); }
