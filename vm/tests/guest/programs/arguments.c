#include <sys/auxv.h>

#include <stdio.h>
#include <stdlib.h>

// Prints the arguments and a variable; the exit code is the last argument.
int main(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        printf("%d: %s\n", i, argv[i]);
    }
    const char* variable = getenv("GUEST_TEST_VARIABLE");
    printf("variable: %s\n", variable == NULL ? "(none)" : variable);
    printf("page size %lu, hwcap %#lx\n", getauxval(AT_PAGESZ), getauxval(AT_HWCAP) & 0x112d);
    printf("execfn is argv[0]: %d, random %d, secure %lu\n", getauxval(AT_EXECFN) != 0,
           getauxval(AT_RANDOM) != 0, getauxval(AT_SECURE));
    return argc > 1 ? atoi(argv[argc - 1]) : 0;
}
