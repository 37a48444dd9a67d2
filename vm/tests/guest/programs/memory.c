// mmap and its relatives, and what must not work.
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/syscall.h>

#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#include "check.h"

#define PAGE 4096ul
#define TOP (1ul << 38)

static char* map(size_t bytes, int protection) {
    char* pages = mmap(NULL, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(pages != MAP_FAILED && ((uintptr_t)pages & (PAGE - 1)) == 0);
    return pages;
}

static void mappings(void) {
    char* pages = map(4 * PAGE, PROT_READ | PROT_WRITE);
    for (size_t i = 0; i < 4 * PAGE; ++i) {
        CHECK(pages[i] == 0);
    }
    memset(pages, 1, 4 * PAGE);
    CHECK(mprotect(pages + PAGE, PAGE, PROT_READ) == 0 && pages[PAGE] == 1);
    CHECK(munmap(pages + 2 * PAGE, PAGE) == 0);
    CHECK_FAILS(mprotect(pages, 4 * PAGE, PROT_READ), ENOMEM);
    CHECK(munmap(pages + 2 * PAGE, PAGE) == 0);
    char* again = mmap(pages + 2 * PAGE, PAGE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    CHECK(again == pages + 2 * PAGE && again[0] == 0);
    CHECK(mmap(pages, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) ==
              MAP_FAILED &&
          errno == EEXIST);
    CHECK(mmap(pages, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == pages &&
          pages[0] == 0);
    CHECK(munmap(pages, 4 * PAGE) == 0);
}

static void remappings(void) {
    char* pages = map(2 * PAGE, PROT_READ | PROT_WRITE);
    strcpy(pages + PAGE, "kept");
    char* moved = mremap(pages, 2 * PAGE, 600 * PAGE, MREMAP_MAYMOVE);
    CHECK(moved != MAP_FAILED && strcmp(moved + PAGE, "kept") == 0 && moved[599 * PAGE] == 0);
    moved[599 * PAGE] = 2;
    CHECK(mremap(moved, 600 * PAGE, 2 * PAGE, 0) == moved);
    char* hole = map(8 * PAGE, PROT_NONE);
    CHECK(mremap(moved, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, hole) == hole);
    CHECK(strcmp(hole + PAGE, "kept") == 0);
    CHECK(mremap(hole, PAGE, PAGE, 8) == MAP_FAILED && errno == EINVAL);
    CHECK(mremap(moved, PAGE, 2 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED && errno == EFAULT);
    hole[0] = 9;
    CHECK(madvise(hole, PAGE, MADV_DONTNEED) == 0 && hole[0] == 0);
    CHECK(munmap(hole, 8 * PAGE) == 0);
}

static void file_mapping(const char* path) {
    const int fd = open(path, O_CREAT | O_RDWR | O_TRUNC, 0600);
    CHECK(fd >= 0 && write(fd, "file", 4) == 4 && ftruncate(fd, 2 * PAGE) == 0);
    char* shared = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char* private = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    CHECK(shared != MAP_FAILED && private != MAP_FAILED && memcmp(private, "file", 4) == 0);
    private[0] = 'F';
    shared[1] = 'I';
    CHECK(msync(shared, 2 * PAGE, MS_SYNC) == 0);
    char text[4];
    CHECK(pread(fd, text, 4, 0) == 4 && memcmp(text, "fIle", 4) == 0);
    CHECK(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 1) == MAP_FAILED && errno == EINVAL);
    CHECK(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, -1, 0) == MAP_FAILED && errno == EBADF);
    CHECK(munmap(shared, 2 * PAGE) == 0 && munmap(private, PAGE) == 0 && close(fd) == 0 && unlink(path) == 0);
}

// The kernel's answers at the edges of the address space; raw calls, for libc would check some itself.
static void hostile(void) {
    const unsigned long addresses[] = {TOP,       TOP - PAGE, TOP + PAGE,     TOP * 2,
                                       1ul << 63, -PAGE,      -4096ul * 4096, 0x7fffffffffff0000ul};
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; ++i) {
        const unsigned long at = addresses[i];
        CHECK(syscall(SYS_mmap, at, PAGE * 16, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
              -1);
        CHECK(syscall(SYS_mprotect, at, PAGE * 16, PROT_READ) == -1);
        CHECK_FAILS(syscall(SYS_munmap, at, PAGE * 16), EINVAL);
        CHECK(syscall(SYS_mremap, at, PAGE, PAGE * 2, 1) == -1);
        CHECK_FAILS(write(1, (void*)at, 1), EFAULT);
    }
    CHECK_FAILS(syscall(SYS_mmap, 0, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), EINVAL);
    CHECK_FAILS(syscall(SYS_mmap, 0, -1ul, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), ENOMEM);
    CHECK_FAILS(syscall(SYS_mmap, 0, TOP, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
                ENOMEM);
    CHECK_FAILS(syscall(SYS_mmap, 0, -PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), ENOMEM);
    CHECK_FAILS(syscall(SYS_munmap, PAGE * 16, -PAGE), EINVAL);
    CHECK_FAILS(syscall(SYS_munmap, PAGE * 16 + 1, PAGE), EINVAL);
    // An access across the end of the last page, and one whose length wraps.
    CHECK_FAILS(write(1, (void*)(TOP - 1), 2), EFAULT);
    CHECK_FAILS(write(1, (void*)-1ul, 2), EFAULT);
}

static void breaks(void) {
    char* start = sbrk(0);
    CHECK(sbrk(1 << 20) == start);
    memset(start, 3, 1 << 20);
    CHECK(sbrk(-(1 << 20)) == start + (1 << 20));
    CHECK(sbrk(1 << 20) == start && start[12345] == 0);
    const unsigned long before = (unsigned long)sbrk(0);
    CHECK((unsigned long)syscall(SYS_brk, 1) == before);
    CHECK((unsigned long)syscall(SYS_brk, -1ul) == before);
}

static void allocations(void) {
    enum { kBlocks = 2000 };
    static unsigned char* blocks[kBlocks];
    unsigned seed = 1;
    unsigned long sum = 0;
    for (int round = 0; round < 40000; ++round) {
        seed = seed * 1103515245 + 12345;
        const unsigned index = (seed >> 8) % kBlocks;
        const size_t size = (seed >> 20) % 100 == 0 ? 300000 : 1 + (seed >> 16) % 500;
        if (blocks[index] != NULL) {
            sum += blocks[index][0];
        }
        blocks[index] = realloc(blocks[index], size);
        CHECK(blocks[index] != NULL);
        blocks[index][0] = (unsigned char)round;
        blocks[index][size - 1] = (unsigned char)round;
    }
    printf("sum %lu\n", sum);
}

int main(int argc, char** argv) {
    CHECK(argc == 2);
    mappings();
    remappings();
    file_mapping(argv[1]);
    hostile();
    breaks();
    allocations();
    printf("done\n");
    return 0;
}
