#include "harness/run/turn.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sys/file.h>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

namespace harness::run {

namespace {

// How often a waiting run looks again; nothing beside runs of minutes.
constexpr int kPollMilliseconds = 200;

// Closed on exec: a benchmark that outlives its run must not keep the next one waiting.
Result<int> open_file(const std::filesystem::path& path) {
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return fail("{}: {}", path.string(), std::strerror(errno));
    return fd;
}

}  // namespace

std::filesystem::path Turn::default_path() {
    const char* folder = std::getenv("XDG_RUNTIME_DIR");
    if (folder != nullptr && *folder != '\0') return std::filesystem::path(folder) / "vmbench.lock";
    return fmt::format("/tmp/vmbench-{}.lock", getuid());
}

Result<Turn> Turn::take(const std::filesystem::path& path, Interrupts& interrupts,
                        const std::function<void()>& waiting) {
    const auto fd = open_file(path);
    if (!fd) return tl::unexpected(fd.error());
    Turn turn(*fd);
    for (bool said = false; flock(*fd, LOCK_EX | LOCK_NB) != 0; said = true) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return fail("{}: {}", path.string(), std::strerror(errno));
        if (!said) waiting();
        pollfd signals{interrupts.fd(), POLLIN, 0};
        if (poll(&signals, 1, kPollMilliseconds) > 0 && interrupts.pending()) {
            return fail("interrupted while waiting for another run to end");
        }
    }
    return turn;
}

bool Turn::is_taken(const std::filesystem::path& path) {
    const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return false;
    const bool taken = flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    close(fd);
    return taken;
}

Result<std::optional<Turn>> Turn::try_take(const std::filesystem::path& path) {
    const auto fd = open_file(path);
    if (!fd) return tl::unexpected(fd.error());
    Turn turn(*fd);
    while (flock(*fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) return std::nullopt;
        if (errno != EINTR) return fail("{}: {}", path.string(), std::strerror(errno));
    }
    return turn;
}

Turn::Turn(Turn&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Turn::~Turn() {
    if (fd_ >= 0) close(fd_);
}

}  // namespace harness::run
