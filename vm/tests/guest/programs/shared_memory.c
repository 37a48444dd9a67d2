// Memory that others write: another process, and code by way of a second mapping of its file or of write(2).
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/wait.h>

#include <stdint.h>
#include <unistd.h>

#include "check.h"

// li a0, value; ret
static void put(uint32_t* code, int value) {
    code[0] = 0x00000513u | (uint32_t)value << 20;
    code[1] = 0x00008067u;
}

static long call_changed_code(void) {
    char name[] = "/tmp/shared_memory.XXXXXX";
    const int file = mkstemp(name);
    CHECK(file >= 0 && unlink(name) == 0 && ftruncate(file, 4096) == 0);
    uint32_t* written = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    char* code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_SHARED, file, 0);
    CHECK(written != MAP_FAILED && code != MAP_FAILED);
    int (*function)(void) = (int (*)(void))code;
    long sum = 0;
    for (int i = 0; i < 200; ++i) {
        put(written, i);
        __builtin___clear_cache(code, code + 8);
        sum += function();
    }
    for (int i = 200; i < 300; ++i) {
        uint32_t other[2];
        put(other, i);
        CHECK(pwrite(file, other, sizeof other, 0) == sizeof other);
        __builtin___clear_cache(code, code + 8);
        sum += function();
    }
    return sum;
}

// The child counts while this process reads.
static long watch_a_counter(void) {
    enum { kEnd = 1000000 };
    volatile long* counter = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(counter != MAP_FAILED);
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        for (long i = 1; i <= kEnd; ++i) *counter = i;
        _exit(0);
    }
    long last = 0;
    while (last < kEnd) {
        const long now = *counter;
        CHECK(now >= last);
        last = now;
    }
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    return last;
}

int main(void) {
    printf("code %ld, ", call_changed_code());
    fflush(stdout);
    printf("counter %ld\n", watch_a_counter());
    return 0;
}
