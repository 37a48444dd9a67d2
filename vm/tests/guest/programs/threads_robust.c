// Robust locks whose owner dies: before somebody asks for them, and while somebody waits.
#include <pthread.h>
#include <semaphore.h>

#include "check.h"

static pthread_mutex_t robust;
static sem_t taken, told;

static void* dying_with_the_lock(void* argument) {
    CHECK(pthread_mutex_lock(&robust) == 0);
    return argument;
}

static void* waiting_for_the_dead(void* argument) {
    CHECK(sem_post(&taken) == 0);
    CHECK(pthread_mutex_lock(&robust) == EOWNERDEAD);
    CHECK(pthread_mutex_consistent(&robust) == 0);
    CHECK(pthread_mutex_unlock(&robust) == 0);
    return argument;
}

static void* holding_until_told(void* argument) {
    CHECK(pthread_mutex_lock(&robust) == 0);
    CHECK(sem_post(&taken) == 0);
    CHECK(sem_wait(&told) == 0);
    return argument;
}

static void died_before(void) {
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, dying_with_the_lock, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(pthread_mutex_lock(&robust) == EOWNERDEAD);
    CHECK(pthread_mutex_consistent(&robust) == 0);
    CHECK(pthread_mutex_unlock(&robust) == 0);
}

static void dies_while_another_waits(void) {
    pthread_t thread, waiter;
    CHECK(pthread_create(&thread, NULL, holding_until_told, NULL) == 0);
    CHECK(sem_wait(&taken) == 0);
    CHECK(pthread_create(&waiter, NULL, waiting_for_the_dead, NULL) == 0);
    CHECK(sem_wait(&taken) == 0);
    CHECK(sem_post(&told) == 0);
    CHECK(pthread_join(thread, NULL) == 0 && pthread_join(waiter, NULL) == 0);
}

int main(void) {
    pthread_mutexattr_t attributes;
    CHECK(pthread_mutexattr_init(&attributes) == 0);
    CHECK(pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) == 0);
    CHECK(pthread_mutex_init(&robust, &attributes) == 0);
    CHECK(sem_init(&taken, 0, 0) == 0 && sem_init(&told, 0, 0) == 0);
    died_before();
    for (int i = 0; i < 100; ++i) {
        dies_while_another_waits();
    }
    printf("done\n");
    return 0;
}
