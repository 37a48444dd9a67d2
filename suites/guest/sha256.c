#include "guest.h"

// Rotates and additions on 32 bits: the SHA-256 hash (FIPS 180-4) of a message of zero bytes, one block after
// the other. The round constants are computed as the standard defines them.
static uint32_t constants[64];

// The first 32 bits of the fraction of a prime's cube root, or of its square root, by bisection.
static uint32_t root_fraction(unsigned prime, unsigned power) {
    const unsigned __int128 wanted = (unsigned __int128)prime << (32 * power);
    uint64_t low = 0;
    uint64_t high = (uint64_t)1 << 37;
    while (high - low > 1) {
        const uint64_t middle = low + (high - low) / 2;
        const unsigned __int128 square = (unsigned __int128)middle * middle;
        if ((power == 2 ? square : square * middle) <= wanted) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return (uint32_t)low;
}

static void start(uint32_t hash[8]) {
    unsigned count = 0;
    for (unsigned candidate = 2; count != 64; ++candidate) {
        unsigned divisor = 2;
        while (candidate % divisor != 0) {
            ++divisor;
        }
        if (divisor != candidate) {
            continue;
        }
        if (count < 8) {
            hash[count] = root_fraction(candidate, 2);
        }
        constants[count++] = root_fraction(candidate, 3);
    }
}

static inline uint32_t rotate(uint32_t value, unsigned by) { return value >> by | value << (32 - by); }

// One block into the hash. (FIPS 180-4, 6.2.2)
static void compress(uint32_t hash[8], const uint32_t block[16]) {
    uint32_t w[64];
    for (unsigned t = 0; t < 64; ++t) {
        if (t < 16) {
            w[t] = block[t];
        } else {
            const uint32_t small0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3;
            const uint32_t small1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10;
            w[t] = small1 + w[t - 7] + small0 + w[t - 16];
        }
        opaque(w[t]);
    }
    uint32_t a = hash[0], b = hash[1], c = hash[2], d = hash[3];
    uint32_t e = hash[4], f = hash[5], g = hash[6], h = hash[7];
    for (unsigned t = 0; t < 64; ++t) {
        const uint32_t big1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
        const uint32_t t1 = h + big1 + ((e & f) ^ (~e & g)) + constants[t] + w[t];
        const uint32_t big0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
        const uint32_t t2 = big0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
    }
    hash[0] += a, hash[1] += b, hash[2] += c, hash[3] += d;
    hash[4] += e, hash[5] += f, hash[6] += g, hash[7] += h;
}

// The first half of the hash of blocks * 64 zero bytes.
static uint64_t digest(uint32_t blocks) {
    uint32_t hash[8];
    uint32_t block[16] = {0};
    start(hash);
    for (uint32_t i = 0; i < blocks; ++i) {
        compress(hash, block);
    }
    block[0] = 0x80000000;
    block[14] = blocks >> 23;
    block[15] = blocks << 9;
    compress(hash, block);
    return (uint64_t)hash[0] << 32 | hash[1];
}

int main(void) { return conclude("sha256", digest(262144), 0x080acf35a507ac98); }
