// Threads: made and joined, locks, conditions, storage of their own, a program that ends while
// they run.
#define _GNU_SOURCE
#include <linux/membarrier.h>
#include <sys/syscall.h>

#include <pthread.h>
#include <semaphore.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

enum { kThreads = 8, kRounds = 20000 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long sum;
static _Atomic long atomic_sum;
static __thread long own = 7;

static void* adding(void* argument) {
    for (int i = 0; i < kRounds; ++i) {
        CHECK(pthread_mutex_lock(&lock) == 0);
        sum += (long)argument;
        CHECK(pthread_mutex_unlock(&lock) == 0);
        atomic_sum += (long)argument;
        own += 1;
    }
    return (void*)own;
}

static void sums(void) {
    pthread_t threads[kThreads];
    for (long i = 0; i < kThreads; ++i) {
        CHECK(pthread_create(&threads[i], NULL, adding, (void*)(i + 1)) == 0);
    }
    for (int i = 0; i < kThreads; ++i) {
        void* result;
        CHECK(pthread_join(threads[i], &result) == 0);
        CHECK((long)result == 7 + kRounds);
    }
    CHECK(own == 7);
    printf("sum %ld, atomic %ld\n", sum, atomic_sum);
}

static void* nothing(void* argument) { return argument; }

static void many_in_turn(void) {
    for (long i = 0; i < 500; ++i) {
        pthread_t thread;
        void* result;
        CHECK(pthread_create(&thread, NULL, nothing, (void*)i) == 0);
        CHECK(pthread_join(thread, &result) == 0 && (long)result == i);
    }
    printf("made and joined\n");
}

static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int turn;

static void* taking_turns(void* argument) {
    const int mine = (int)(long)argument;
    CHECK(pthread_mutex_lock(&lock) == 0);
    for (int i = 0; i < 200; ++i) {
        while (turn % 3 != mine) {
            CHECK(pthread_cond_wait(&changed, &lock) == 0);
        }
        ++turn;
        CHECK(pthread_cond_broadcast(&changed) == 0);
    }
    CHECK(pthread_mutex_unlock(&lock) == 0);
    return NULL;
}

static void conditions(void) {
    pthread_t threads[3];
    for (long i = 0; i < 3; ++i) {
        CHECK(pthread_create(&threads[i], NULL, taking_turns, (void*)i) == 0);
    }
    for (int i = 0; i < 3; ++i) {
        CHECK(pthread_join(threads[i], NULL) == 0);
    }
    printf("turns %d\n", turn);
    struct timespec limit;
    CHECK(clock_gettime(CLOCK_REALTIME, &limit) == 0);
    CHECK(pthread_mutex_lock(&lock) == 0);
    int error = 0;
    while (error == 0) {
        error = pthread_cond_timedwait(&changed, &lock, &limit);
    }
    CHECK(error == ETIMEDOUT);
    CHECK(pthread_mutex_unlock(&lock) == 0);
}

static sem_t taken;

static void identities(void) {
    CHECK(syscall(SYS_gettid) == getpid());
    const long known = syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
    CHECK(known >= 0 || errno == ENOSYS);
    if (known > 0 && (known & MEMBARRIER_CMD_PRIVATE_EXPEDITED) != 0) {
        CHECK(syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0);
        CHECK(syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0);
    }
}

static void* spinning(void* argument) {
    CHECK(sem_post(&taken) == 0);
    for (;;) {
        *(volatile int*)argument += 1;
    }
}

static void* sleeping(void* argument) {
    CHECK(sem_post(&taken) == 0);
    for (;;) {
        pause();
    }
    return argument;
}

// When the first thread is gone: exit() takes away what a thread that is just ending still needs.
static void* ending_all(void* first) {
    CHECK(pthread_join(*(pthread_t*)first, NULL) == 0);
    printf("ending\n");
    exit(3);
}

int main(void) {
    sums();
    many_in_turn();
    conditions();
    CHECK(sem_init(&taken, 0, 0) == 0);
    identities();
    static int count;
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, spinning, &count) == 0);
    CHECK(pthread_create(&thread, NULL, sleeping, NULL) == 0);
    CHECK(sem_wait(&taken) == 0 && sem_wait(&taken) == 0);
    static pthread_t first;
    first = pthread_self();
    CHECK(pthread_create(&thread, NULL, ending_all, &first) == 0);
    pthread_exit(NULL);
}
