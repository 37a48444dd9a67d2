// What a program can ask about where it runs.
#define _GNU_SOURCE
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include <sched.h>
#include <unistd.h>

#include "check.h"

int main(int argc, char** argv) {
    CHECK(argc == 2);
    char path[1024] = {0};
    CHECK(readlink("/proc/self/exe", path, sizeof path) > 0);
    printf("/proc/self/exe: %d\n", strcmp(path, argv[1]) == 0);
    FILE* self = fopen("/proc/self/exe", "rb");
    char magic[20];
    CHECK(self != NULL && fread(magic, 1, 20, self) == 20 && memcmp(magic, "\177ELF", 4) == 0);
    printf("machine of /proc/self/exe: %d\n", magic[18] & 0xff);
    struct utsname name;
    CHECK(uname(&name) == 0);
    printf("%s %s\n", name.sysname, name.machine);
    struct rlimit limit;
    CHECK(getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur >= 1 << 20);
    limit.rlim_cur = 1 << 20;
    CHECK(setrlimit(RLIMIT_STACK, &limit) == 0 && getrlimit(RLIMIT_STACK, &limit) == 0);
    printf("stack limit %lu\n", (unsigned long)limit.rlim_cur);
    CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur > 3);
    struct sysinfo info;
    CHECK(sysinfo(&info) == 0 && info.totalram > 0);
    unsigned char random[64] = {0};
    CHECK(getrandom(random, sizeof random, 0) == 64);
    int zeros = 0;
    for (int i = 0; i < 64; ++i) {
        zeros += random[i] == 0;
    }
    CHECK(zeros < 32);
    cpu_set_t cpus;
    CHECK(sched_getaffinity(0, sizeof cpus, &cpus) == 0 && CPU_COUNT(&cpus) > 0);
    CHECK(getpid() == syscall(SYS_gettid) && getppid() > 0 && getuid() == geteuid() && getgid() == getegid());
    CHECK_FAILS(wait(NULL), ECHILD);
    CHECK(prctl(PR_SET_NAME, "guest") == 0);
    char called[16];
    CHECK(prctl(PR_GET_NAME, called) == 0);
    printf("called %s\n", called);
    CHECK_FAILS(syscall(1999), ENOSYS);
    CHECK_FAILS(syscall(-1), ENOSYS);
    int word = 5;
    CHECK(syscall(SYS_futex, &word, 1, 1, NULL, NULL, 0) == 0);
    CHECK_FAILS(syscall(SYS_futex, &word, 0, 4, NULL, NULL, 0), EAGAIN);
    const struct { long s, n; } shortly = {0, 1000000};
    CHECK_FAILS(syscall(SYS_futex, &word, 0, 5, &shortly, NULL, 0), ETIMEDOUT);
    return 0;
}
