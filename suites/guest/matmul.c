#include "guest.h"

enum { kOrder = 160 };

// Products of matrices in double precision, rows times columns, each product the next one's left side.
static double left[kOrder][kOrder];
static double right[kOrder][kOrder];
static double product[kOrder][kOrder];

static void multiply(void) {
    for (unsigned i = 0; i < kOrder; ++i) {
        for (unsigned j = 0; j < kOrder; ++j) {
            double sum = 0;
            for (uint64_t k = 0; k < kOrder; ++k) {
                sum += left[i][k] * right[k][j];
                opaque(k);
            }
            product[i][j] = sum;
        }
    }
}

static uint64_t iterate(unsigned rounds) {
    uint64_t random = 41;
    for (unsigned i = 0; i < kOrder; ++i) {
        for (unsigned j = 0; j < kOrder; ++j) {
            random = next_random(random);
            left[i][j] = (double)(int64_t)(random % 2001) / 1000.0 - 1.0;
            right[i][j] = (double)(int64_t)(random >> 40 & 1023) / 512.0 - 1.0;
        }
    }
    for (unsigned round = 0; round < rounds; ++round) {
        multiply();
        for (unsigned i = 0; i < kOrder; ++i) {
            for (uint64_t j = 0; j < kOrder; ++j) {
                left[i][j] = product[i][j] * 0.125;
                opaque(j);
            }
        }
    }
    uint64_t result = 0;
    for (unsigned i = 0; i < kOrder; ++i) {
        for (unsigned j = 0; j < kOrder; ++j) {
            result = mix_double(result, left[i][j]);
        }
    }
    return result;
}

int main(void) { return conclude("matmul", iterate(16), 0x2e45e66bc13652ea); }
