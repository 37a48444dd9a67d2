// Signals to threads: to one of them, to whichever does not block it, out of their waits; cancellation.
#define _GNU_SOURCE
#include <sys/syscall.h>

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <unistd.h>

#include "check.h"

static sem_t ready, handled, go_on;
static _Atomic int handler_thread;
static __thread volatile sig_atomic_t count;

static void noting(int signal) {
    (void)signal;
    ++count;
    handler_thread = (int)syscall(SYS_gettid);
    sem_post(&handled);
}

static void block(int how, int signal) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    CHECK(pthread_sigmask(how, &set, NULL) == 0);
}

static void wait_for(sem_t* semaphore) {
    while (sem_wait(semaphore) != 0) {
        CHECK(errno == EINTR);
    }
}

static void* waiting(void* number) {
    *(int*)number = (int)syscall(SYS_gettid);
    CHECK(sem_post(&ready) == 0);
    wait_for(&go_on);
    return (void*)(long)count;
}

static void to_one_thread(void) {
    pthread_t threads[2];
    int numbers[2];
    for (int i = 0; i < 2; ++i) {
        CHECK(pthread_create(&threads[i], NULL, waiting, &numbers[i]) == 0);
        wait_for(&ready);
    }
    for (int i = 0; i < 10; ++i) {
        CHECK(pthread_kill(threads[i % 2], SIGUSR1) == 0);
        wait_for(&handled);
        CHECK(handler_thread == numbers[i % 2]);
    }
    CHECK(sem_post(&go_on) == 0 && sem_post(&go_on) == 0);
    for (int i = 0; i < 2; ++i) {
        void* result;
        CHECK(pthread_join(threads[i], &result) == 0 && (long)result == 5);
    }
    printf("each got its own\n");
}

static void to_the_process(void) {
    pthread_t thread;
    int number;
    CHECK(pthread_create(&thread, NULL, waiting, &number) == 0);
    wait_for(&ready);
    block(SIG_BLOCK, SIGUSR1);
    for (int i = 0; i < 10; ++i) {
        CHECK(kill(getpid(), SIGUSR1) == 0);
        wait_for(&handled);
        CHECK(handler_thread == number);
    }
    CHECK(sem_post(&go_on) == 0 && pthread_join(thread, NULL) == 0);
    CHECK(kill(getpid(), SIGUSR1) == 0);
    CHECK(count == 0);
    block(SIG_UNBLOCK, SIGUSR1);
    CHECK(count == 1 && handler_thread == getpid());
    printf("the one that did not block it got it\n");
}

static void* spinning(void* argument) {
    CHECK(sem_post(&ready) == 0);
    while (count == 0) {
    }
    return argument;
}

static void* reading(void* argument) {
    char byte;
    CHECK(sem_post(&ready) == 0);
    CHECK(read(*(int*)argument, &byte, 1) == 1);
    return argument;
}

static void out_of_loops_and_calls(void) {
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, spinning, NULL) == 0);
    wait_for(&ready);
    CHECK(pthread_kill(thread, SIGUSR1) == 0 && pthread_join(thread, NULL) == 0);
    // Cancellation is a signal of the C library's own, 32.
    int ends[2];
    void* result;
    CHECK(pipe(ends) == 0);
    CHECK(pthread_create(&thread, NULL, reading, &ends[0]) == 0);
    wait_for(&ready);
    CHECK(pthread_cancel(thread) == 0);
    CHECK(pthread_join(thread, &result) == 0 && result == PTHREAD_CANCELED);
    printf("interrupted and cancelled\n");
}

static void* alternate(void* argument) {
    stack_t stack = {.ss_sp = argument, .ss_size = 16384}, now;
    CHECK(sigaltstack(NULL, &now) == 0 && now.ss_flags == SS_DISABLE);
    CHECK(sigaltstack(&stack, NULL) == 0);
    CHECK(sigaltstack(NULL, &now) == 0 && now.ss_sp == argument);
    return NULL;
}

static void stacks_of_their_own(void) {
    static char memory[2][16384];
    pthread_t threads[2];
    for (int i = 0; i < 2; ++i) {
        CHECK(pthread_create(&threads[i], NULL, alternate, memory[i]) == 0);
    }
    for (int i = 0; i < 2; ++i) {
        CHECK(pthread_join(threads[i], NULL) == 0);
    }
    stack_t now;
    CHECK(sigaltstack(NULL, &now) == 0 && now.ss_flags == SS_DISABLE);
}

static void* dying(void* argument) {
    raise(SIGTERM);
    return argument;
}

int main(int argc, char** argv) {
    (void)argv;
    const struct sigaction action = {.sa_handler = noting, .sa_flags = SA_RESTART};
    CHECK(sem_init(&ready, 0, 0) == 0 && sem_init(&handled, 0, 0) == 0 && sem_init(&go_on, 0, 0) == 0);
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
    to_one_thread();
    to_the_process();
    out_of_loops_and_calls();
    stacks_of_their_own();
    fflush(stdout);
    if (argc > 1) {  // a fatal signal of one thread ends all
        pthread_t thread;
        CHECK(pthread_create(&thread, NULL, dying, NULL) == 0);
        for (;;) {
        }
    }
    return 0;
}
