#include <unistd.h>

#include "check.h"

int main(void) {
    CHECK_FAILS(fork(), ENOSYS);
    CHECK_FAILS(fork(), ENOSYS);
    char* const arguments[] = {"true", NULL};
    CHECK_FAILS(execv("/bin/true", arguments), ENOSYS);
    printf("done\n");
    return 0;
}
