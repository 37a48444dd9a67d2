// A program whose threads make processes, all at the same time.
#define _GNU_SOURCE
#include <sys/wait.h>

#include <pthread.h>
#include <unistd.h>

#include "check.h"

static void* fork_and_wait(void* unused) {
    (void)unused;
    const pid_t child = fork();
    if (child == 0) {
        _exit(5);
    }
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 5);
    return NULL;
}

static void* run_on(void* stop) {
    while (!__atomic_load_n((int*)stop, __ATOMIC_RELAXED)) {
    }
    return NULL;
}

int main(void) {
    int stop = 0;
    pthread_t busy, forking;
    CHECK(pthread_create(&busy, NULL, run_on, &stop) == 0);
    for (int i = 0; i < 20; ++i) {
        CHECK(pthread_create(&forking, NULL, fork_and_wait, NULL) == 0);
        fork_and_wait(NULL);
        CHECK(pthread_join(forking, NULL) == 0);
    }
    __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
    CHECK(pthread_join(busy, NULL) == 0);
    printf("forked among threads\n");
    return 0;
}
