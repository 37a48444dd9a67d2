// An asynchronous handler leaves every register as it was, those of floating point included.
#include <sys/time.h>

#include <signal.h>

#include "check.h"

enum { kSteps = 200000, kAlarms = 40 };

static volatile sig_atomic_t count;
static volatile double noise = 1.1;

// Once, not every 300 us: a slow emulator would do nothing but handle alarms.
static void set_alarm(void) {
    const struct itimerval soon = {{0, 0}, {0, 300}};
    CHECK(setitimer(ITIMER_REAL, &soon, NULL) == 0);
}

static void on_alarm(int signal) {
    (void)signal;
    noise = noise * 1.0000001 / 3.0 + 2.7;
    if (++count < kAlarms) {
        set_alarm();
    }
}

int main(void) {
    struct sigaction action = {.sa_handler = on_alarm};
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    set_alarm();
    double sums[8] = {0};
    unsigned long hash = 1;
    for (long i = 0; i < kSteps || count < kAlarms; ++i) {
        if (i < kSteps) {
            hash = (hash ^ (unsigned long)i) * 1099511628211ul;
            for (int k = 0; k < 8; ++k) {
                sums[k] += (double)(i % (k + 7)) * 0.125;
            }
        }
    }
    printf("%016lx", hash);
    for (int k = 0; k < 8; ++k) {
        printf(" %.3f", sums[k]);
    }
    printf("\n");
    return 0;
}
