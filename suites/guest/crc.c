#include "guest.h"

// A table lookup for each byte, each depending on the one before: CRC-32 (IEEE 802.3, reflected).
static uint32_t table[256];

static void fill_table(void) {
    for (uint32_t byte = 0; byte < 256; ++byte) {
        uint32_t remainder = byte;
        for (unsigned bit = 0; bit < 8; ++bit) {
            remainder = remainder >> 1 ^ (remainder & 1 ? 0xedb88320 : 0);
        }
        table[byte] = remainder;
    }
}

enum { kBytes = 1 << 16 };

static uint8_t bytes[kBytes];

static uint64_t checksum(unsigned rounds) {
    uint64_t random = 11;
    for (unsigned i = 0; i < kBytes; ++i) {
        random = next_random(random);
        bytes[i] = (uint8_t)random;
    }
    fill_table();
    uint32_t crc = 0xffffffff;
    for (unsigned round = 0; round < rounds; ++round) {
        for (unsigned i = 0; i < kBytes; ++i) {
            crc = table[(crc ^ bytes[i]) & 0xff] ^ crc >> 8;
        }
    }
    return crc ^ 0xffffffff;
}

int main(void) { return conclude("crc", checksum(700), 0x000000004344d0cf); }
