#include <string.h>

#include "guest.h"

enum { kBodies = 6 };

// Double precision: a small n-body step with square roots and divisions. Compiled without contraction, so
// every machine with IEEE 754 arithmetic rounds alike.
static double position[kBodies][3];
static double velocity[kBodies][3];

static void attract(unsigned i, unsigned j) {
    double delta[3];
    double square = 0.01;
    for (unsigned k = 0; k < 3; ++k) {
        delta[k] = position[i][k] - position[j][k];
        square += delta[k] * delta[k];
    }
    const double pull = 0.001 / (square * __builtin_sqrt(square));
    for (unsigned k = 0; k < 3; ++k) {
        velocity[i][k] -= delta[k] * pull * (double)(j + 1);
        velocity[j][k] += delta[k] * pull * (double)(i + 1);
    }
}

static uint64_t orbit(unsigned steps) {
    for (unsigned i = 0; i < kBodies; ++i) {
        for (unsigned k = 0; k < 3; ++k) {
            position[i][k] = (double)((i * 7 + k * 3) % 11) * 0.25;
            velocity[i][k] = (double)((i + 2 * k) % 5) * 0.01;
        }
    }
    for (unsigned step = 0; step < steps; ++step) {
        for (unsigned i = 0; i < kBodies; ++i) {
            for (unsigned j = i + 1; j < kBodies; ++j) {
                attract(i, j);
            }
        }
        for (unsigned i = 0; i < kBodies; ++i) {
            for (unsigned k = 0; k < 3; ++k) {
                position[i][k] += velocity[i][k] * 0.01;
            }
        }
    }
    uint64_t result = 0;
    for (unsigned i = 0; i < kBodies; ++i) {
        for (unsigned k = 0; k < 3; ++k) {
            uint64_t bits;
            memcpy(&bits, &position[i][k], sizeof bits);
            result = result * 31 + bits;
        }
    }
    return result;
}

int main(void) { return conclude("fp_double", orbit(5000), 0xf10781a82cfeb365); }
