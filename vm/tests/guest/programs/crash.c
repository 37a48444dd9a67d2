// Ends by a signal, the one argv[1] names.
#include <signal.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char** argv) {
    const char* how = argc > 1 ? argv[1] : "segv";
    if (strcmp(how, "segv") == 0) {
        *(volatile int*)16 = 1;
    } else if (strcmp(how, "ill") == 0) {
        __asm__ volatile(".4byte 0xffffffff");
    } else if (strcmp(how, "trap") == 0) {
        __asm__ volatile("ebreak");
    } else if (strcmp(how, "abort") == 0) {
        abort();
    } else if (strcmp(how, "term") == 0) {
        raise(SIGTERM);
    } else if (strcmp(how, "blocked") == 0) {
        sigset_t all;
        sigfillset(&all);
        sigprocmask(SIG_BLOCK, &all, NULL);
        *(volatile int*)16 = 1;
    } else if (strcmp(how, "stack") == 0) {
        // A handler without a stack to run on.
        signal(SIGSEGV, exit);
        __asm__ volatile("li sp, 64\n sd zero, 0(zero)");
    } else if (strcmp(how, "loop") == 0) {
        for (;;) {
            __asm__ volatile("");
        }
    }
    return 0;
}
