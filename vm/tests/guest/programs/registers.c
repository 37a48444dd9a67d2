// An asynchronous handler leaves every register as it was, those of floating point included.
#include <sys/time.h>

#include <signal.h>

#include "check.h"

static volatile sig_atomic_t count;
static volatile double noise = 1.1;

static void on_alarm(int signal) {
    (void)signal;
    ++count;
    noise = noise * 1.0000001 / 3.0 + 2.7;
}

int main(void) {
    struct sigaction action = {.sa_handler = on_alarm};
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    const struct itimerval often = {{0, 300}, {0, 300}};
    CHECK(setitimer(ITIMER_REAL, &often, NULL) == 0);
    double sums[8] = {0};
    unsigned long hash = 1;
    for (long i = 0; i < 2000000 || count < 3; ++i) {
        if (i < 2000000) {
            hash = (hash ^ (unsigned long)i) * 1099511628211ul;
            for (int k = 0; k < 8; ++k) {
                sums[k] += (double)(i % (k + 7)) * 0.125;
            }
        }
    }
    const struct itimerval never = {{0, 0}, {0, 0}};
    CHECK(setitimer(ITIMER_REAL, &never, NULL) == 0);
    printf("%016lx", hash);
    for (int k = 0; k < 8; ++k) {
        printf(" %.3f", sums[k]);
    }
    printf("\n");
    return 0;
}
