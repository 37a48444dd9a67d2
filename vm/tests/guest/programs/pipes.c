// Pipes, poll, select and eventfd.
#define _GNU_SOURCE
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/select.h>

#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <unistd.h>

#include "check.h"

int main(void) {
    int ends[2];
    CHECK(pipe2(ends, O_CLOEXEC) == 0);
    struct pollfd entries[2] = {{.fd = ends[0], .events = POLLIN}, {.fd = ends[1], .events = POLLOUT}};
    CHECK(poll(entries, 2, 0) == 1 && entries[0].revents == 0 && entries[1].revents == POLLOUT);
    CHECK(poll(entries, 1, 5) == 0);
    CHECK(write(ends[1], "abc", 3) == 3);
    CHECK(poll(entries, 2, -1) == 2 && entries[0].revents == POLLIN);
    int waiting = 0;
    CHECK(ioctl(ends[0], FIONREAD, &waiting) == 0 && waiting == 3);
    fd_set set;
    FD_ZERO(&set);
    FD_SET(ends[0], &set);
    struct timeval limit = {1, 0};
    CHECK(select(ends[0] + 1, &set, NULL, NULL, &limit) == 1 && FD_ISSET(ends[0], &set));
    char text[8];
    CHECK(read(ends[0], text, sizeof text) == 3);
    CHECK(fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
    CHECK_FAILS(read(ends[0], text, 1), EAGAIN);
    CHECK(close(ends[1]) == 0 && read(ends[0], text, 1) == 0);
    CHECK(poll(entries, 1, 0) == 1 && entries[0].revents == POLLHUP);
    const int counter = eventfd(3, EFD_NONBLOCK);
    uint64_t value = 4;
    CHECK(write(counter, &value, 8) == 8 && read(counter, &value, 8) == 8 && value == 7);
    CHECK_FAILS(read(counter, &value, 8), EAGAIN);
    CHECK(dup2(counter, 50) == 50 && close(50) == 0);
    printf("done\n");
    return 0;
}
