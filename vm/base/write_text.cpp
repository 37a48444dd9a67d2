#include "vm/base/write_text.h"

#include <cerrno>
#include <csignal>
#include <ctime>

#include <unistd.h>

namespace vm {
namespace {

// What a write sends to the thread that makes it. Held back as long as this lives, and taken at its end
// unless it was pending before. (pipe(7), setrlimit(2))
class HeldSignals {
  public:
    HeldSignals() {
        sigset_t pending{};
        ::sigpending(&pending);
        ::sigemptyset(&ours_);
        for (const int signal : {SIGPIPE, SIGXFSZ}) {
            if (::sigismember(&pending, signal) == 0) ::sigaddset(&ours_, signal);
        }
        ::pthread_sigmask(SIG_BLOCK, &ours_, &before_);
    }
    ~HeldSignals() {
        constexpr timespec kAtOnce{};
        while (::sigtimedwait(&ours_, nullptr, &kAtOnce) > 0) {
        }
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    HeldSignals(const HeldSignals&) = delete;
    HeldSignals& operator=(const HeldSignals&) = delete;

  private:
    sigset_t ours_{};
    sigset_t before_{};
};

}  // namespace

int write_text(int descriptor, std::string_view text) {
    const HeldSignals held;
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

}  // namespace vm
