// Keeps one function busy. With "fork" a child does so, too, at the same time; with "exec" another program,
// which is this one again. Says which processes there were.
#include <sys/wait.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

__attribute__((noinline)) static unsigned busy(unsigned n) {
    unsigned x = 1;
    while (n-- != 0) {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
    }
    return x;
}

int main(int count, char** arguments) {
    const char* const what = count > 1 ? arguments[1] : "";
    const pid_t child = strcmp(what, "fork") == 0 ? fork() : 0;
    const unsigned result = busy(100000);
    if (child != 0) {
        waitpid(child, NULL, 0);
    }
    printf("%d %u\n", (int)getpid(), result);
    fflush(stdout);
    if (strcmp(what, "exec") == 0) {
        execl(arguments[0], arguments[0], (char*)NULL);
    }
    return 0;
}
