// Linked dynamically: its loader and the libraries it names are found, and threads work.
#include <math.h>
#include <pthread.h>
#include <unistd.h>

#include "check.h"

static __thread int own = 1;

static void* starting(void* argument) {
    own = 2;
    return argument;
}

int main(int argc, char** argv) {
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, starting, NULL) == 0 && pthread_join(thread, NULL) == 0);
    CHECK(own == 1);
    char name[4096];
    const ssize_t length = readlink("/proc/self/exe", name, sizeof name);
    const char* const called = strrchr(argv[0], '/');
    CHECK(length > 0 && called != NULL);
    CHECK((size_t)length > strlen(called) &&
          strncmp(name + length - strlen(called), called, strlen(called)) == 0);
    printf("Hello, dynamic world: %.3f\n", sqrt(argc + 1));
    return 0;
}
