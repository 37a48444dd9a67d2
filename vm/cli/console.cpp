#include "vm/cli/console.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <memory>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <utility>

#include <poll.h>
#include <unistd.h>

namespace vm::cli {

namespace {

sigset_t signals_that_end() {
    sigset_t ends;
    sigemptyset(&ends);
    for (const int signal : {SIGTERM, SIGHUP, SIGINT}) {
        sigaddset(&ends, signal);
    }
    return ends;
}

}  // namespace

void Console::hold_signals() {
    const sigset_t ends = signals_that_end();
    pthread_sigmask(SIG_BLOCK, &ends, nullptr);
}

Result<std::unique_ptr<Console>> Console::create(int input, Source source, Machine machine) {
    hold_signals();
    const sigset_t ends = signals_that_end();
    const int signals = signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
    const int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (signals < 0 or wake < 0) {
        return fail("cannot watch the console: {}", std::strerror(errno));
    }
    return std::unique_ptr<Console>(new Console(input, source, std::move(machine), signals, wake));
}

Console::Console(int input, Source source, Machine machine, int signals, int wake)
    : input_(input),
      source_(source),
      machine_(std::move(machine)),
      signals_(signals),
      wake_(wake),
      more_(input >= 0) {}

void Console::begin() {
    thread_ = std::thread([this] { work(); });
}

Console::~Console() {
    ending_.store(true, std::memory_order_release);
    room();
    if (thread_.joinable()) {
        thread_.join();
    }
    close(signals_);
    close(wake_);
}

void Console::room() {
    const std::uint64_t one = 1;
    (void)!write(wake_, &one, sizeof one);
}

// Signals are heard and the escape key is seen whether or not the machine takes what was typed before.
void Console::work() {
    while (true) {
        deliver();
        std::array<pollfd, 3> wanted{
            {{wake_, POLLIN, 0}, {signals_, POLLIN, 0}, {wants_input() ? input_ : -1, POLLIN, 0}}};
        if (poll(wanted.data(), wanted.size(), -1) < 0 and errno != EINTR) {
            return;
        }
        if (wanted[0].revents != 0) {
            std::uint64_t calls = 0;
            (void)!read(wake_, &calls, sizeof calls);
            if (ending_.load(std::memory_order_acquire)) {
                return;
            }
        }
        if (wanted[1].revents != 0) {
            signalfd_siginfo heard{};
            (void)!read(signals_, &heard, sizeof heard);
            machine_.stop();
            return;
        }
        if (wanted[2].revents != 0) {
            more_ = read_input();
        }
    }
}

// A file is read no further than the machine takes it; what is typed waits here, but not without bounds.
bool Console::wants_input() const {
    constexpr std::size_t kMostKeys = 65536;
    return more_ and (waiting_.empty() or (source_ == Source::person and waiting_.size() < kMostKeys));
}

// Answers whether there may be more.
bool Console::read_input() {
    std::array<std::byte, 256> buffer;
    const ssize_t count = read(input_, buffer.data(), buffer.size());
    if (count <= 0) {
        return count < 0 and (errno == EINTR or errno == EAGAIN);
    }
    const std::span<const std::byte> bytes(buffer.data(), static_cast<std::size_t>(count));
    if (source_ == Source::file) {
        waiting_.assign(bytes.begin(), bytes.end());
        return true;
    }
    const ConsoleKeys::Typed typed = keys_.take(bytes);
    waiting_.insert(waiting_.end(), typed.bytes.begin(), typed.bytes.end());
    if (typed.help) {
        (void)!write(STDERR_FILENO, ConsoleKeys::kHelp, std::strlen(ConsoleKeys::kHelp));
    }
    if (typed.quit) {
        deliver();
        machine_.stop();
    }
    return not typed.quit;
}

void Console::deliver() {
    if (not waiting_.empty()) {
        const std::size_t taken = machine_.receive(waiting_);
        waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(taken));
    }
}

}  // namespace vm::cli
