#include "guest.h"

enum { kLines = 64, kLength = 96 };

static char lines[kLines][kLength];

// What programs do with text: it is formatted, measured, searched and compared.
static uint64_t handle(unsigned rounds) {
    uint64_t random = 43;
    uint64_t sum = 0;
    for (unsigned round = 0; round < rounds; ++round) {
        for (unsigned i = 0; i < kLines; ++i) {
            random = next_random(random);
            const int written =
                snprintf(lines[i], kLength, "%s:%u 0x%" PRIx64 " %-8s|%5d", i % 3 == 0 ? "read" : "write", i,
                         random >> (random & 31), random & 64 ? "yes" : "no", (int)(random % 20001) - 10000);
            sum = sum * 31 + (uint64_t)written;
        }
        for (unsigned i = 0; i < kLines; ++i) {
            const char* mark = strchr(lines[i], '|');
            sum += strlen(lines[i]) * (i + 1) + (uint64_t)(mark - lines[i]);
            const int order = strcmp(lines[i], lines[(i + round) % kLines]);
            sum = sum * 3 + (order < 0 ? 1 : order > 0 ? 2 : 0);
            sum += strstr(lines[i], "0xf") != NULL;
        }
    }
    return sum;
}

int main(void) { return conclude("strings", handle(3000), 0x410644d44131d4b6); }
