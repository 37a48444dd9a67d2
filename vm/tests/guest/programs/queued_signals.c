// Real-time signals are queued while they are blocked: none is lost, unlike others of one number.
#include <signal.h>
#include <unistd.h>

#include "check.h"

static volatile sig_atomic_t count;

static void counting(int signal) {
    (void)signal;
    ++count;
}

int main(void) {
    const struct sigaction action = {.sa_handler = counting};
    CHECK(sigaction(SIGRTMIN + 3, &action, NULL) == 0);
    sigset_t set, old;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 3);
    CHECK(sigprocmask(SIG_BLOCK, &set, &old) == 0);
    for (int i = 0; i < 5; ++i) {
        CHECK(kill(getpid(), SIGRTMIN + 3) == 0);
    }
    CHECK(count == 0);
    CHECK(sigprocmask(SIG_SETMASK, &old, NULL) == 0);
    printf("real-time signals: %d\n", count);
    return 0;
}
