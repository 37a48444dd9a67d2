#include "harness/run/interrupts.h"

#include <cerrno>
#include <cstring>
#include <sys/signalfd.h>
#include <utility>

#include <unistd.h>

namespace harness::run {

Result<Interrupts> Interrupts::create() {
    sigset_t wanted;
    sigset_t original;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGINT);
    sigaddset(&wanted, SIGTERM);
    sigprocmask(SIG_BLOCK, &wanted, &original);
    const int fd = signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC);
    if (fd < 0) {
        const int reason = errno;
        sigprocmask(SIG_SETMASK, &original, nullptr);
        return fail("cannot watch for interrupts: {}", std::strerror(reason));
    }
    return Interrupts(fd, original);
}

Interrupts::Interrupts(Interrupts&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), original_(other.original_), seen_(other.seen_) {}

Interrupts::~Interrupts() {
    if (fd_ < 0) return;
    // Signals that came after the last look are taken here, or unblocking would end the program after all.
    pending();
    close(fd_);
    sigprocmask(SIG_SETMASK, &original_, nullptr);
}

bool Interrupts::pending() {
    signalfd_siginfo info{};
    while (read(fd_, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) seen_ = true;
    return seen_;
}

}  // namespace harness::run
