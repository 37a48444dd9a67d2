// Time only goes forward, and sleeping takes at least as long as asked.
#define _GNU_SOURCE
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/times.h>

#include <sched.h>
#include <time.h>

#include "check.h"

static long long now(clockid_t clock) {
    struct timespec t;
    CHECK(clock_gettime(clock, &t) == 0);
    return t.tv_sec * 1000000000ll + t.tv_nsec;
}

int main(void) {
    const long long start = now(CLOCK_MONOTONIC);
    const struct timespec nap = {0, 2000000};
    CHECK(nanosleep(&nap, NULL) == 0);
    CHECK(now(CLOCK_MONOTONIC) - start >= 2000000);
    struct timespec until;
    CHECK(clock_gettime(CLOCK_MONOTONIC, &until) == 0);
    until.tv_nsec += 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        ++until.tv_sec;
    }
    CHECK(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == 0);
    struct timeval day;
    CHECK(gettimeofday(&day, NULL) == 0 && day.tv_sec > 1600000000 && day.tv_sec - time(NULL) <= 1);
    struct timespec resolution;
    CHECK(clock_getres(CLOCK_REALTIME, &resolution) == 0 && resolution.tv_sec == 0);
    CHECK_FAILS(clock_gettime(12345, &resolution), EINVAL);
    const struct timespec bad = {0, 1000000000};
    CHECK_FAILS(nanosleep(&bad, NULL), EINVAL);
    struct rusage usage;
    CHECK(getrusage(RUSAGE_SELF, &usage) == 0 && usage.ru_maxrss > 0);
    struct tms ticks;
    CHECK(times(&ticks) != -1);
    unsigned long first, second;
    __asm__ volatile("rdtime %0" : "=r"(first));
    CHECK(nanosleep(&nap, NULL) == 0);
    __asm__ volatile("rdtime %0" : "=r"(second));
    CHECK(second > first);
    CHECK(sched_yield() == 0);
    printf("done\n");
    return 0;
}
