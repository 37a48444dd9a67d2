#include "vm/base/write_text.h"

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <sys/syscall.h>

#include <unistd.h>

#include "vm/base/signal_mask.h"

namespace vm {
namespace {

std::uint64_t pending() {
    std::uint64_t set = 0;
    ::syscall(SYS_rt_sigpending, &set, sizeof set);
    return set;
}

void take(std::uint64_t set) {
    const timespec at_once{};
    ::syscall(SYS_rt_sigtimedwait, &set, nullptr, &at_once, sizeof set);
}

int write_all(int descriptor, std::string_view text) {
    while (not text.empty()) {
        const ssize_t count = ::write(descriptor, text.data(), text.size());
        if (count > 0) {
            text.remove_prefix(static_cast<std::size_t>(count));
        } else if (count == 0 or errno != EINTR) {
            return count == 0 ? EIO : errno;
        }
    }
    return 0;
}

// What the kernel sends the thread whose write fails so. (pipe(7), setrlimit(2))
std::uint64_t sent_with(int error) {
    return error == EPIPE ? signal_bit(SIGPIPE) : error == EFBIG ? signal_bit(SIGXFSZ) : 0;
}

}  // namespace

// All are held back, so that no handler changes the mask that is put back.
int write_text(int descriptor, std::string_view text) {
    const std::uint64_t mask = change_signal_mask(~kFaultSignals);
    const std::uint64_t others = pending();
    const int error = write_all(descriptor, text);
    if (const std::uint64_t sent = sent_with(error) & ~others; sent != 0) {
        take(sent);
    }
    change_signal_mask(mask);
    return error;
}

}  // namespace vm
