#include "vm/cli/raw_terminal.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <sys/ioctl.h>

#include <fmt/format.h>

namespace vm::cli {
namespace {

// Those that a console does not hear of. (See console.h; SIGKILL cannot be caught.)
constexpr std::array kDeadly{SIGABRT, SIGALRM, SIGBUS,  SIGFPE,    SIGILL,  SIGIO,
                             SIGPIPE, SIGPROF, SIGPWR,  SIGQUIT,   SIGSEGV, SIGSYS,
                             SIGTRAP, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU, SIGXFSZ};

// What a signal handler goes by, which has no other way to find its object.
struct Rescue {
    int fd = -1;
    termios before{};
    std::array<struct sigaction, kDeadly.size()> actions{};  // of before, in the order of kDeadly
};
Rescue rescue;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

// Puts the terminal back and lets the signal do what it would have done.
void put_back(int signal) {
    const int error = errno;
    tcsetattr(rescue.fd, TCSANOW, &rescue.before);
    for (std::size_t i = 0; i < kDeadly.size(); ++i) {
        if (kDeadly[i] == signal) {
            sigaction(signal, &rescue.actions[i], nullptr);
        }
    }
    errno = error;
    raise(signal);  // comes when this handler has returned
}

// A signal that is ignored kills nobody.
void catch_deadly(int fd, const termios& before) {
    rescue.fd = fd;
    rescue.before = before;
    struct sigaction action {};
    action.sa_handler = put_back;
    action.sa_flags = SA_ONSTACK;
    for (std::size_t i = 0; i < kDeadly.size(); ++i) {
        sigaction(kDeadly[i], nullptr, &rescue.actions[i]);
        if (rescue.actions[i].sa_handler != SIG_IGN) {
            sigaction(kDeadly[i], &action, nullptr);
        }
    }
}

void release_deadly() {
    for (std::size_t i = 0; i < kDeadly.size(); ++i) {
        sigaction(kDeadly[i], &rescue.actions[i], nullptr);
    }
}

}  // namespace

RawTerminal::RawTerminal(int fd) : fd_(fd) {
    termios now{};
    if (tcgetattr(fd, &now) != 0) {
        return;
    }
    before_ = now;
    catch_deadly(fd, now);
    cfmakeraw(&now);
    now.c_oflag |= OPOST;  // our own messages keep their line breaks
    tcsetattr(fd, TCSANOW, &now);
}

std::string RawTerminal::size() const {
    winsize size{};
    const bool known = ioctl(fd_, TIOCGWINSZ, &size) == 0 and size.ws_row != 0 and size.ws_col != 0;
    return known ? fmt::format("{} {}", size.ws_row, size.ws_col) : "";
}

RawTerminal::~RawTerminal() {
    if (before_) {
        tcsetattr(fd_, TCSADRAIN, &*before_);
        release_deadly();
    }
}

}  // namespace vm::cli
