// Files and directories, in the directory argv[1].
#define _GNU_SOURCE
#include <sys/stat.h>
#include <sys/uio.h>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "check.h"

static void write_and_read(void) {
    const int fd = open("a", O_CREAT | O_RDWR | O_EXCL, 0640);
    CHECK(fd >= 0);
    CHECK(write(fd, "0123456789", 10) == 10);
    CHECK(lseek(fd, 2, SEEK_SET) == 2);
    char text[16] = {0};
    CHECK(read(fd, text, 4) == 4 && memcmp(text, "2345", 4) == 0);
    CHECK(pread(fd, text, 3, 7) == 3 && memcmp(text, "789", 3) == 0);
    CHECK(pwrite(fd, "ab", 2, 0) == 2);
    struct iovec parts[2] = {{text, 3}, {text + 8, 2}};
    CHECK(lseek(fd, 0, SEEK_SET) == 0);
    CHECK(readv(fd, parts, 2) == 5 && memcmp(text, "ab2", 3) == 0 && memcmp(text + 8, "34", 2) == 0);
    CHECK(writev(fd, parts, 2) == 5);
    CHECK(ftruncate(fd, 8192) == 0);
    struct stat status;
    CHECK(fstat(fd, &status) == 0);
    printf("size %ld, mode %o, links %lu, regular %d\n", (long)status.st_size, status.st_mode & 0777,
           (unsigned long)status.st_nlink, S_ISREG(status.st_mode));
    const int copy = dup(fd);
    CHECK(copy >= 0 && lseek(copy, 0, SEEK_CUR) == lseek(fd, 0, SEEK_CUR));
    CHECK((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR);
    CHECK(fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    CHECK(fcntl(fd, F_SETLK, &lock) == 0);
    CHECK(fsync(fd) == 0);
    CHECK(close(copy) == 0 && close(fd) == 0);
    CHECK_FAILS(close(fd), EBADF);
    CHECK_FAILS(open("a", O_CREAT | O_EXCL, 0600), EEXIST);
}

static void names(void) {
    CHECK(mkdir("d", 0755) == 0);
    CHECK(rename("a", "d/b") == 0);
    CHECK(symlink("d/b", "l") == 0);
    char target[16] = {0};
    CHECK(readlink("l", target, sizeof target) == 3 && strcmp(target, "d/b") == 0);
    struct stat status;
    CHECK(lstat("l", &status) == 0 && S_ISLNK(status.st_mode));
    struct statx extended;
    CHECK(statx(AT_FDCWD, "l", 0, STATX_SIZE, &extended) == 0 && extended.stx_size == 8192);
    CHECK(access("d/b", R_OK) == 0);
    CHECK_FAILS(access("nothing", F_OK), ENOENT);
    CHECK_FAILS(open("d", O_WRONLY), EISDIR);
    CHECK_FAILS(open("d/b", O_RDONLY | O_DIRECTORY), ENOTDIR);
    CHECK_FAILS(open("l", O_RDONLY | O_NOFOLLOW), ELOOP);
    DIR* directory = opendir("d");
    CHECK(directory != NULL);
    int entries = 0;
    for (struct dirent* entry; (entry = readdir(directory)) != NULL; ++entries) {
        CHECK(strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
              strcmp(entry->d_name, "b") == 0);
    }
    printf("entries %d\n", entries);
    closedir(directory);
    char here[256];
    CHECK(chdir("d") == 0 && getcwd(here, sizeof here) != NULL);
    printf("in %s\n", strrchr(here, '/'));
    CHECK(chdir("..") == 0);
    printf("umask %o\n", umask(022) & 0);
    CHECK(unlink("l") == 0 && unlink("d/b") == 0 && rmdir("d") == 0);
    CHECK_FAILS(rmdir("d"), ENOENT);
}

int main(int argc, char** argv) {
    CHECK(argc == 2 && chdir(argv[1]) == 0);
    write_and_read();
    names();
    FILE* file = fopen("stdio", "w+");
    CHECK(file != NULL);
    for (int i = 0; i < 1000; ++i) {
        fprintf(file, "line %d\n", i);
    }
    rewind(file);
    char line[32];
    int lines = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        ++lines;
    }
    printf("lines %d, last %s", lines, line);
    fclose(file);
    CHECK(unlink("stdio") == 0);
    struct {
        int unused;
    } winsize;
    CHECK_FAILS(syscall(29 /* ioctl */, 0, 0x12345678, &winsize), ENOTTY);
    return 0;
}
