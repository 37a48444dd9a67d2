// What a kernel and the machine below it find hardest, on all harts at once: processes that come and go,
// pages that are mapped, changed and taken away while threads of other harts use them, and code that is
// patched while it runs. Usage: stress [ROUNDS]. Says "stress: done" when everything came out right.
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/wait.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHECK(condition)                                                   \
    do {                                                                   \
        if (!(condition)) {                                                \
            printf("stress: failed: %s, line %d\n", #condition, __LINE__); \
            exit(1);                                                       \
        }                                                                  \
    } while (0)

enum { kPage = 4096, kPages = 64, kThreads = 4 };

static int rounds = 20;

// Each child changes its copy of the parent's pages.
static void fork_and_write(void) {
    unsigned char* const bytes =
        mmap(NULL, kPages * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(bytes != MAP_FAILED);
    memset(bytes, 1, kPages * kPage);
    for (int round = 0; round < rounds; ++round) {
        pid_t children[kThreads];
        for (int k = 0; k < kThreads; ++k) {
            children[k] = fork();
            CHECK(children[k] >= 0);
            if (children[k] == 0) {
                for (int page = 0; page < kPages; ++page) {
                    bytes[page * kPage] += (unsigned char)k;
                }
                for (int page = 0; page < kPages; ++page) {
                    if (bytes[page * kPage] != 1 + k) {
                        _exit(1);
                    }
                }
                _exit(42);
            }
        }
        for (int k = 0; k < kThreads; ++k) {
            int status = 0;
            CHECK(waitpid(children[k], &status, 0) == children[k]);
            CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 42);
        }
        for (int page = 0; page < kPages; ++page) {
            CHECK(bytes[page * kPage] == 1);
        }
    }
    CHECK(munmap(bytes, kPages * kPage) == 0);
}

// One thread moves a page back and forth between read-only and writable, and between values; the others must
// never read anything else, whatever their harts remember of it.
static _Atomic uint64_t* shared;
static _Atomic int over;

static void* read_shared(void* unused) {
    (void)unused;
    uint64_t last = 0;
    while (!atomic_load(&over)) {
        const uint64_t now = atomic_load(shared);
        CHECK(now >= last);
        last = now;
    }
    return NULL;
}

static void* map_and_unmap(void* unused) {
    (void)unused;
    for (int round = 0; round < 10 * rounds; ++round) {
        unsigned char* const bytes =
            mmap(NULL, kPages * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        CHECK(bytes != MAP_FAILED);
        for (int page = 0; page < kPages; ++page) {
            CHECK(bytes[page * kPage] == 0);
            bytes[page * kPage] = 1;
        }
        CHECK(munmap(bytes, kPages * kPage) == 0);
    }
    return NULL;
}

static void map_among_threads(void) {
    pthread_t readers[kThreads], mappers[kThreads];
    shared = mmap(NULL, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(shared != MAP_FAILED);
    atomic_store(&over, 0);
    for (int k = 0; k < kThreads; ++k) {
        CHECK(pthread_create(&readers[k], NULL, read_shared, NULL) == 0);
        CHECK(pthread_create(&mappers[k], NULL, map_and_unmap, NULL) == 0);
    }
    for (uint64_t value = 1; value <= 20u * (unsigned)rounds; ++value) {
        atomic_store(shared, value);
        CHECK(mprotect((void*)shared, kPage, PROT_READ) == 0);
        CHECK(mprotect((void*)shared, kPage, PROT_READ | PROT_WRITE) == 0);
    }
    for (int k = 0; k < kThreads; ++k) {
        CHECK(pthread_join(mappers[k], NULL) == 0);
    }
    atomic_store(&over, 1);
    for (int k = 0; k < kThreads; ++k) {
        CHECK(pthread_join(readers[k], NULL) == 0);
    }
}

// A function that returns a constant, patched again and again while others call it.
static uint32_t* code;

static void* call_patched(void* unused) {
    (void)unused;
    int last = 0;
    while (!atomic_load(&over)) {
        const int now = ((int (*)(void))code)();
        CHECK(now >= last);
        last = now;
    }
    CHECK(((int (*)(void))code)() == 2000);
    return NULL;
}

static void patch_code(void) {
    pthread_t callers[kThreads];
    code = mmap(NULL, kPage, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(code != MAP_FAILED);
    code[0] = 0x00000513;  // li a0, 0
    code[1] = 0x00008067;  // ret
    __builtin___clear_cache((char*)code, (char*)(code + 2));
    atomic_store(&over, 0);
    for (int k = 0; k < kThreads; ++k) {
        CHECK(pthread_create(&callers[k], NULL, call_patched, NULL) == 0);
    }
    for (uint32_t value = 1; value <= 2000; ++value) {
        __atomic_store_n(&code[0], value << 20 | 0x513, __ATOMIC_RELEASE);
        __builtin___clear_cache((char*)code, (char*)(code + 1));
    }
    atomic_store(&over, 1);
    for (int k = 0; k < kThreads; ++k) {
        CHECK(pthread_join(callers[k], NULL) == 0);
    }
}

int main(int count, char** arguments) {
    if (count > 1) {
        rounds = atoi(arguments[1]);
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    fork_and_write();
    map_among_threads();
    patch_code();
    printf("stress: done\n");
    return 0;
}
