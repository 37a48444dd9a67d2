// Signals from outside and from itself, masks, restarts, waits.
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <sys/time.h>

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

static volatile sig_atomic_t count, depth, deepest;
static int ends[2];

static void counting(int signal) {
    (void)signal;
    ++count;
}

static void writing(int signal) {
    (void)signal;
    ++count;
    CHECK(write(ends[1], "x", 1) == 1);
}

static void nesting(int signal) {
    deepest = ++depth > deepest ? depth : deepest;
    if (++count < 3) {
        raise(signal);
    }
    --depth;
}

static void handle(int signal, void (*handler)(int), int flags) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    CHECK(sigaction(signal, &action, NULL) == 0);
    count = 0;
}

static void alarm_in(long microseconds) {
    const struct itimerval timer = {{0, 0}, {0, microseconds}};
    CHECK(setitimer(ITIMER_REAL, &timer, NULL) == 0);
}

static void sent_to_itself(void) {
    handle(SIGUSR1, counting, 0);
    CHECK(raise(SIGUSR1) == 0 && count == 1);
    CHECK(kill(getpid(), SIGUSR1) == 0 && count == 2);
    handle(SIGUSR1, SIG_IGN, 0);
    CHECK(raise(SIGUSR1) == 0);
    handle(SIGUSR1, nesting, 0);
    raise(SIGUSR1);
    printf("nested without SA_NODEFER: %d deep, %d in all\n", deepest, count);
    deepest = 0;
    handle(SIGUSR1, nesting, SA_NODEFER);
    raise(SIGUSR1);
    printf("nested with SA_NODEFER: %d deep, %d in all\n", deepest, count);
    handle(SIGUSR1, counting, SA_RESETHAND);
    raise(SIGUSR1);
    struct sigaction now;
    CHECK(sigaction(SIGUSR1, NULL, &now) == 0 && now.sa_handler == SIG_DFL && count == 1);
}

static void masks(void) {
    sigset_t set, old, pending;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    handle(SIGUSR2, counting, 0);
    CHECK(sigprocmask(SIG_BLOCK, &set, &old) == 0);
    raise(SIGUSR2);
    raise(SIGUSR2);
    CHECK(sigpending(&pending) == 0 && sigismember(&pending, SIGUSR2) == 1 && count == 0);
    CHECK(sigprocmask(SIG_SETMASK, &old, NULL) == 0 && count == 1);
    CHECK(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    raise(SIGUSR2);
    errno = 0;
    CHECK(sigsuspend(&old) == -1 && errno == EINTR && count == 2);
    raise(SIGUSR2);
    siginfo_t info;
    CHECK(sigwaitinfo(&set, &info) == SIGUSR2 && info.si_signo == SIGUSR2 && info.si_pid == getpid() &&
          count == 2);
    const struct timespec limit = {0, 1000000};
    CHECK_FAILS(sigtimedwait(&set, NULL, &limit), EAGAIN);
    CHECK(sigprocmask(SIG_SETMASK, &old, NULL) == 0);
}

static void interrupted_reads(void) {
    char c;
    CHECK(pipe(ends) == 0);
    handle(SIGALRM, counting, 0);
    alarm_in(20000);
    CHECK_FAILS(read(ends[0], &c, 1), EINTR);
    CHECK(count == 1);
    // The handler provides what the restarted read then finds.
    handle(SIGALRM, writing, SA_RESTART);
    alarm_in(20000);
    CHECK(read(ends[0], &c, 1) == 1 && c == 'x' && count == 1);
    // poll and sleeps are not restarted even so.
    struct pollfd entry = {.fd = ends[0], .events = POLLIN};
    alarm_in(20000);
    handle(SIGALRM, counting, SA_RESTART);
    CHECK_FAILS(poll(&entry, 1, -1), EINTR);
    alarm_in(20000);
    const struct timespec nap = {5, 0};
    struct timespec rest;
    CHECK_FAILS(nanosleep(&nap, &rest), EINTR);
    CHECK(rest.tv_sec == 4);
    alarm_in(20000);
    while (count < 3) {  // no system call: the handler interrupts a loop
    }
    alarm_in(20000);
    CHECK_FAILS(pause(), EINTR);
}

// A signal that is let in only while waiting must end the wait, however close before the call it came.
static void races(void) {
    handle(SIGALRM, counting, 0);
    sigset_t alarm_only, old;
    sigemptyset(&alarm_only);
    sigaddset(&alarm_only, SIGALRM);
    CHECK(sigprocmask(SIG_BLOCK, &alarm_only, &old) == 0);
    struct pollfd entry = {.fd = ends[0], .events = POLLIN};
    for (int i = 0; i < 1000; ++i) {
        alarm_in(1 + i % 60);
        errno = 0;
        CHECK((i % 2 == 0 ? sigsuspend(&old) : ppoll(&entry, 1, NULL, &old)) == -1 && errno == EINTR);
    }
    CHECK(sigprocmask(SIG_SETMASK, &old, NULL) == 0);
    printf("races: %d\n", count);
}

static void broken_pipe(void) {
    int broken[2];
    CHECK(pipe(broken) == 0 && close(broken[0]) == 0);
    handle(SIGPIPE, counting, 0);
    CHECK_FAILS(write(broken[1], "x", 1), EPIPE);
    CHECK(count == 1);
    handle(SIGPIPE, SIG_IGN, 0);
    CHECK_FAILS(write(broken[1], "x", 1), EPIPE);
}

int main(void) {
    sent_to_itself();
    masks();
    interrupted_reads();
    races();
    broken_pipe();
    CHECK_FAILS(kill(getpid(), 99), EINVAL);
    struct sigaction action = {.sa_handler = SIG_IGN};
    CHECK_FAILS(sigaction(SIGKILL, &action, NULL), EINVAL);
    printf("done\n");
    return 0;
}
