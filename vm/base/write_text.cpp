#include "vm/base/write_text.h"

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <sys/syscall.h>

#include <unistd.h>

namespace vm {
namespace {

// As the kernel has sets of signals. glibc's functions leave out those that it keeps for itself, which a
// guest may have blocked.
using SignalSet = std::uint64_t;

constexpr SignalSet only(int signal) { return SignalSet{1} << (signal - 1); }

// Of vm's own instructions: blocked ones end it.
constexpr SignalSet kFaults = only(SIGSEGV) | only(SIGBUS) | only(SIGILL) | only(SIGFPE) | only(SIGTRAP);

SignalSet exchange_mask(SignalSet mask) {
    SignalSet before = 0;
    ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, &before, sizeof mask);
    return before;
}

SignalSet pending() {
    SignalSet set = 0;
    ::syscall(SYS_rt_sigpending, &set, sizeof set);
    return set;
}

void take(SignalSet set) {
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
SignalSet sent_with(int error) { return error == EPIPE ? only(SIGPIPE) : error == EFBIG ? only(SIGXFSZ) : 0; }

}  // namespace

// All are held back, so that no handler changes the mask that is put back.
int write_text(int descriptor, std::string_view text) {
    const SignalSet mask = exchange_mask(~kFaults);
    const SignalSet others = pending();
    const int error = write_all(descriptor, text);
    if (const SignalSet sent = sent_with(error) & ~others; sent != 0) {
        take(sent);
    }
    exchange_mask(mask);
    return error;
}

}  // namespace vm
