// Threads that map, unmap and protect memory while others use it, and code that one writes and another runs.
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/syscall.h>

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <unistd.h>

#include "check.h"

enum { kRounds = 3000, kPage = 4096 };

static char* volatile shared;
static _Atomic int over;
static __thread sigjmp_buf landing;

static void on_fault(int signal) {
    (void)signal;
    siglongjmp(landing, 1);
}

static __attribute__((noinline)) void touch(volatile char* page) {
    for (int i = 0; i < 63; ++i) {
        page[i * 64] = (char)(page[i * 64 + 65] + 1);
    }
}

// Loads and stores in the page, whatever the others make of it.
static void* touching(void* argument) {
    (void)argument;
    while (!over) {
        if (sigsetjmp(landing, 1) == 0) {
            touch(shared);
        }
    }
    return NULL;
}

// System calls with addresses in it.
static void* calling(void* argument) {
    int ends[2];
    char rest[256];
    CHECK(pipe2(ends, O_NONBLOCK) == 0);
    while (!over) {
        char* const page = shared;
        CHECK(write(ends[1], page, 64) > 0 || errno == EFAULT);
        CHECK(read(ends[0], page, 64) > 0 || errno == EFAULT || errno == EAGAIN);
        while (read(ends[0], rest, sizeof rest) > 0) {
        }
        CHECK(sigaltstack(NULL, (stack_t*)page) == 0 || errno == EFAULT);
        CHECK(access(page, R_OK) != 0);
    }
    return argument;
}

static void* fresh(void) {
    void* const page = mmap(NULL, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(page != MAP_FAILED);
    return page;
}

static void mapping_races(void) {
    const struct sigaction action = {.sa_handler = on_fault, .sa_flags = SA_NODEFER};
    CHECK(sigaction(SIGSEGV, &action, NULL) == 0);
    shared = fresh();
    pthread_t threads[3];
    CHECK(pthread_create(&threads[0], NULL, touching, NULL) == 0);
    CHECK(pthread_create(&threads[1], NULL, touching, NULL) == 0);
    CHECK(pthread_create(&threads[2], NULL, calling, NULL) == 0);
    for (int i = 0; i < kRounds; ++i) {
        char* const page = shared;
        switch (i % 4) {
            case 0:
                CHECK(mprotect(page, kPage, PROT_READ) == 0);
                break;
            case 1:
                CHECK(mprotect(page, kPage, PROT_READ | PROT_WRITE) == 0);
                break;
            case 2:
                CHECK(mmap(page, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
                           0) == page);
                break;
            default:
                CHECK(munmap(page, kPage) == 0);
                shared = fresh();
        }
    }
    over = 1;
    for (int i = 0; i < 3; ++i) {
        CHECK(pthread_join(threads[i], NULL) == 0);
    }
    printf("mapped and unmapped\n");
}

// A page that stays readable all the time: this never faults.
static void* reading_on(void* argument) {
    volatile long* const word = argument;
    while (!over) {
        CHECK(*word == 42);
    }
    return NULL;
}

static void protecting_what_others_read(void) {
    over = 0;
    long* const word = fresh();
    *word = 42;
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, reading_on, word) == 0);
    for (int i = 0; i < kRounds; ++i) {
        CHECK(mprotect(word, kPage, i % 2 == 0 ? PROT_READ : PROT_READ | PROT_WRITE) == 0);
    }
    over = 1;
    CHECK(pthread_join(thread, NULL) == 0);
    // Growing memory that others read: they see it before or after.
    over = 0;
    CHECK(mprotect(word, kPage, PROT_READ | PROT_WRITE) == 0);
    CHECK(pthread_create(&thread, NULL, reading_on, word) == 0);
    char* const grown = mremap(word, kPage, 16 * kPage, 0);
    CHECK(grown == (char*)word || (grown == MAP_FAILED && errno == ENOMEM));
    over = 1;
    CHECK(pthread_join(thread, NULL) == 0);
    printf("read on\n");
}

static uint32_t* code;
static pthread_barrier_t barrier;

// li a0, value; ret
static void put(int value) {
    code[0] = 0x00000513u | (uint32_t)value << 20;
    code[1] = 0x00008067u;
}

static void* running(void* argument) {
    long sum = 0;
    for (int i = 0; i < 300; ++i) {
        pthread_barrier_wait(&barrier);
        sum += ((int (*)(void))code)();
        pthread_barrier_wait(&barrier);
    }
    (void)argument;
    return (void*)sum;
}

static void code_of_others(void) {
    code = mmap(NULL, kPage, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(code != MAP_FAILED && pthread_barrier_init(&barrier, NULL, 3) == 0);
    pthread_t threads[2];
    for (int i = 0; i < 2; ++i) {
        CHECK(pthread_create(&threads[i], NULL, running, NULL) == 0);
    }
    for (int i = 0; i < 300; ++i) {
        put(i);
        if (i % 2 == 0) {
            __builtin___clear_cache((char*)code, (char*)(code + 2));
        } else {
            CHECK(syscall(259, code, code + 2, 0) == 0);
        }
        pthread_barrier_wait(&barrier);
        pthread_barrier_wait(&barrier);
    }
    for (int i = 0; i < 2; ++i) {
        void* sum;
        CHECK(pthread_join(threads[i], &sum) == 0);
        printf("sum %ld\n", (long)sum);
    }
}

int main(int argc, char** argv) {
    (void)argv;
    if (argc == 1) {
        mapping_races();
        protecting_what_others_read();
    }
    code_of_others();
    return 0;
}
