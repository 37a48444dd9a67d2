// A process for gdb to look at; its argument says what it does.
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

volatile long counter;
volatile long caught;

__attribute__((noinline)) static void store(long value) { counter = value; }

static void on_signal(int signal) { caught = signal; }

static void* work(void* argument) {
    store((long)argument);
    return argument;
}

static int with_thread(void) {
    pthread_t thread;
    void* result = NULL;
    if (pthread_create(&thread, NULL, work, (void*)5) != 0 || pthread_join(thread, &result) != 0) {
        return 1;
    }
    return (long)result == 5 ? 0 : 1;
}

static int with_signal(void) {
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    return (int)caught;
}

int main(int count, char** arguments) {
    const char* what = count > 1 ? arguments[1] : "count";
    if (strcmp(what, "thread") == 0) {
        return with_thread();
    }
    if (strcmp(what, "signal") == 0) {
        return with_signal();
    }
    if (strcmp(what, "wait") == 0) {
        pause();
    }
    if (strcmp(what, "loop") == 0) {
        for (;;) {
            store(counter + 1);
        }
    }
    if (strcmp(what, "crash") == 0) {
        *(volatile int*)8 = 1;
    }
    for (long value = 1; value <= 3; ++value) {
        store(value);
    }
    return 7;
}
