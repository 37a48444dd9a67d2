// System calls given addresses that are not the program's.
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "check.h"

int main(void) {
    char* pages = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(pages != MAP_FAILED && munmap(pages + 2 * 4096, 4096) == 0);
    CHECK(mprotect(pages + 4096, 4096, PROT_READ) == 0);
    char* read_only = pages + 4096;
    char* edge = pages + 2 * 4096 - 4;  // four readable bytes, then nothing
    char* const nowhere = (char*)8;
    char* const outside = (char*)(1ul << 40);
    int ends[2];
    CHECK(pipe(ends) == 0 && write(ends[1], "0123456789", 10) == 10);

    CHECK_FAILS(read(ends[0], nowhere, 4), EFAULT);
    CHECK_FAILS(read(ends[0], outside, 4), EFAULT);
    CHECK_FAILS(read(ends[0], read_only, 4), EFAULT);
    CHECK_FAILS(write(ends[1], nowhere, 4), EFAULT);
    CHECK_FAILS(open(nowhere, O_RDONLY), EFAULT);
    memcpy(pages, "name", 5);
    CHECK_FAILS(syscall(SYS_openat, AT_FDCWD, edge, O_RDONLY), ENOENT);  // reads as an empty name
    CHECK_FAILS(syscall(SYS_newfstatat, AT_FDCWD, "/", nowhere, 0), EFAULT);
    CHECK_FAILS(syscall(SYS_fstat, 0, read_only), EFAULT);
    CHECK_FAILS(syscall(SYS_pipe2, outside, 0), EFAULT);
    CHECK_FAILS(syscall(SYS_getcwd, nowhere, 100), EFAULT);
    CHECK_FAILS(syscall(SYS_uname, nowhere), EFAULT);
    CHECK_FAILS(syscall(SYS_clock_gettime, 0, read_only), EFAULT);
    CHECK_FAILS(syscall(SYS_nanosleep, nowhere, NULL), EFAULT);
    CHECK_FAILS(syscall(SYS_rt_sigaction, SIGUSR1, nowhere, NULL, 8), EFAULT);
    CHECK_FAILS(syscall(SYS_rt_sigprocmask, SIG_BLOCK, outside, NULL, 8), EFAULT);
    CHECK_FAILS(syscall(SYS_sigaltstack, nowhere, NULL), EFAULT);
    CHECK_FAILS(syscall(SYS_ppoll, nowhere, 1, NULL, NULL, 8), EFAULT);
    CHECK_FAILS(syscall(SYS_getrandom, read_only, 4, 0), EFAULT);
    CHECK_FAILS(syscall(SYS_sysinfo, read_only), EFAULT);
    CHECK_FAILS(syscall(SYS_prlimit64, 0, 7, NULL, nowhere), EFAULT);
    CHECK_FAILS(syscall(SYS_statx, AT_FDCWD, "/", 0, 0x7ff, nowhere), EFAULT);
    CHECK_FAILS(syscall(SYS_writev, 1, nowhere, 1), EFAULT);
    struct iovec bad = {nowhere, 4};
    CHECK_FAILS(writev(1, &bad, 1), EFAULT);
    CHECK_FAILS(syscall(SYS_writev, 1, &bad, 2000), EINVAL);
    // What lies before the edge is written.
    printf("written before the edge: %zd\n", write(ends[1], edge, 100));
    fflush(stdout);
    char longest[5000];
    memset(longest, 'a', sizeof longest);
    longest[4999] = 0;
    CHECK_FAILS(open(longest, O_RDONLY), ENAMETOOLONG);
    printf("done\n");
    return 0;
}
