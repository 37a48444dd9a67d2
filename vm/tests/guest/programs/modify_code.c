// A program that writes its own code, with fence.i and with the system call for it.
#include <sys/mman.h>
#include <sys/syscall.h>

#include <stdint.h>
#include <unistd.h>

#include "check.h"

// li a0, value; ret
static void put(uint32_t* code, int value) {
    code[0] = 0x00000513u | (uint32_t)value << 20;
    code[1] = 0x00008067u;
}

int main(void) {
    uint32_t* code = mmap(NULL, 8192, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(code != MAP_FAILED);
    int (*function)(void) = (int (*)(void))code;
    long sum = 0;
    for (int i = 0; i < 2000; ++i) {
        put(code, i % 2048);
        __asm__ volatile("fence.i" ::: "memory");
        sum += function();
    }
    for (int i = 0; i < 100; ++i) {
        put(code, i);
        CHECK(syscall(259, code, code + 2, 0) == 0);
        sum += function();
    }
    // Code that a system call wrote, and code that appears by changing what is mapped.
    int ends[2];
    CHECK(pipe(ends) == 0);
    uint32_t other[2];
    put(other, 1234);
    CHECK(write(ends[1], other, 8) == 8 && read(ends[0], code, 8) == 8);
    __asm__ volatile("fence.i" ::: "memory");
    sum += function();
    CHECK(mprotect(code, 4096, PROT_READ | PROT_WRITE) == 0);
    put(code, 77);
    CHECK(mprotect(code, 4096, PROT_READ | PROT_EXEC) == 0);
    sum += function();
    printf("sum %ld\n", sum);
    return 0;
}
