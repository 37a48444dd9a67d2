#define _GNU_SOURCE  // syscall

#include <sys/syscall.h>

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "guest.h"

// System calls by number, past what libc remembers or the kernel maps into programs: one that does nothing,
// one that writes a structure, one that writes a block.
static uint64_t call(unsigned rounds) {
    static uint8_t block[4096];
    const int zeros = open("/dev/zero", O_RDONLY);
    if (zeros < 0) {
        return 0;
    }
    const long parent = syscall(SYS_getppid);
    struct timespec before = {0, 0};
    uint64_t right = 0;
    for (unsigned i = 0; i < rounds; ++i) {
        right += syscall(SYS_getppid) == parent;
        struct timespec now;
        const long told = syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
        const int later =
            now.tv_sec > before.tv_sec || (now.tv_sec == before.tv_sec && now.tv_nsec >= before.tv_nsec);
        right += told == 0 && later;
        before = now;
        block[i % sizeof block] = 1;
        right += syscall(SYS_read, zeros, block, sizeof block) == (long)sizeof block &&
                 block[i % sizeof block] == 0;
    }
    close(zeros);
    return right;
}

enum { kRounds = 100000 };

int main(void) { return conclude("syscalls", call(kRounds), 3 * kRounds); }
