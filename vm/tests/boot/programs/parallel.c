// The same work by one thread and by several, and how much faster that was: "parallel: 2 threads, gain 1.94".
// Usage: parallel THREADS [STEPS]. Runs on the guest, and on the host for what its processors have to give.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static long steps = 20000000;

static void* work(void* seed) {
    uint64_t x = (uintptr_t)seed + 1;
    for (long k = 0; k < steps; ++k) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
    }
    return (void*)(uintptr_t)x;
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static double time_of(int threads) {
    pthread_t all[64];
    const double began = seconds();
    for (int k = 0; k < threads; ++k) {
        if (pthread_create(&all[k], NULL, work, (void*)(uintptr_t)k) != 0) {
            exit(1);
        }
    }
    for (int k = 0; k < threads; ++k) {
        void* result;
        if (pthread_join(all[k], &result) != 0 || result == NULL) {
            exit(1);
        }
    }
    return seconds() - began;
}

int main(int count, char** arguments) {
    const int threads = count > 1 ? atoi(arguments[1]) : 2;
    if (threads < 1 || threads > 64) {
        fprintf(stderr, "usage: parallel THREADS [STEPS]\n");
        return 2;
    }
    if (count > 2) {
        steps = atol(arguments[2]);
    }
    time_of(1);
    double best[2] = {1e9, 1e9};
    for (int round = 0; round < 5; ++round) {
        const double one = time_of(1), many = time_of(threads);
        best[0] = one < best[0] ? one : best[0];
        best[1] = many < best[1] ? many : best[1];
    }
    printf("parallel: %d threads, gain %.3f\n", threads, threads * best[0] / best[1]);
    return 0;
}
