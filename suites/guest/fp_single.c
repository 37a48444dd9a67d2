#include <string.h>

#include "guest.h"

enum { kOrder = 24 };

// Single precision: matrix products, scaled so that values stay in range, and conversions from and to
// integers.
static float left[kOrder][kOrder];
static float right[kOrder][kOrder];
static float product[kOrder][kOrder];

static void multiply(void) {
    for (unsigned i = 0; i < kOrder; ++i) {
        for (unsigned j = 0; j < kOrder; ++j) {
            float sum = 0;
            for (unsigned k = 0; k < kOrder; ++k) {
                sum += left[i][k] * right[k][j];
            }
            product[i][j] = sum;
        }
    }
}

static uint64_t iterate(unsigned rounds) {
    uint64_t random = 5;
    for (unsigned i = 0; i < kOrder; ++i) {
        for (unsigned j = 0; j < kOrder; ++j) {
            random = next_random(random);
            left[i][j] = (float)(int32_t)(random % 2001) / 1000.0f - 1.0f;
            right[i][j] = (float)(int32_t)(random >> 32 & 1023) / 512.0f - 1.0f;
        }
    }
    uint64_t result = 0;
    for (unsigned round = 0; round < rounds; ++round) {
        multiply();
        for (unsigned i = 0; i < kOrder; ++i) {
            for (unsigned j = 0; j < kOrder; ++j) {
                const float value = product[i][j] * 0.2f;
                const int32_t rounded = (int32_t)(value * 1000.0f);
                left[i][j] = value - (float)(rounded / 1000);
                result = result * 31 + (uint32_t)rounded;
            }
        }
    }
    for (unsigned i = 0; i < kOrder; ++i) {
        uint32_t bits;
        memcpy(&bits, &left[i][i], sizeof bits);
        result = result * 31 + bits;
    }
    return result;
}

int main(void) { return conclude("fp_single", iterate(70), 0x673338d8e8044c51); }
