// riscv_hwprobe, which older emulators do not have.
#include <sys/syscall.h>

#include <unistd.h>

#include "check.h"

int main(void) {
    struct {
        long key;
        unsigned long value;
    } pairs[] = {{0, 9}, {3, 9}, {4, 9}, {5, 9}, {99, 9}};
    CHECK(syscall(258, pairs, 5, 0, NULL, 0) == 0);
    for (int i = 0; i < 5; ++i) {
        printf("%ld %#lx\n", pairs[i].key, pairs[i].value);
    }
    CHECK_FAILS(syscall(258, pairs, 1, 0, NULL, 2), EINVAL);
    CHECK_FAILS(syscall(258, (void*)8, 1, 0, NULL, 0), EFAULT);
    CHECK(syscall(259, 0, 0, 0) == 0);
    return 0;
}
