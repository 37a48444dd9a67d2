#include "vm/booted/guest_console.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace vm::booted {
namespace {

using std::chrono::steady_clock;

[[noreturn]] void become(std::vector<std::string>& command, int input, int output) {
    std::vector<char*> arguments;
    for (std::string& word : command) {
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    ::dup2(input, STDIN_FILENO);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    ::signal(SIGPIPE, SIG_DFL);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // the end of its input does not end a guest
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
}

}  // namespace

GuestConsole::GuestConsole(std::vector<std::string> command, std::chrono::milliseconds limit)
    : deadline_(steady_clock::now() + limit) {
    std::array<int, 2> in{};
    std::array<int, 2> out{};
    if (::pipe2(in.data(), O_CLOEXEC) != 0) {
        return;
    }
    if (::pipe2(out.data(), O_CLOEXEC) != 0) {
        ::close(in[0]);
        ::close(in[1]);
        return;
    }
    ::signal(SIGPIPE, SIG_IGN);  // a program that ended is found when its output does
    child_ = ::fork();
    if (child_ == 0) {
        become(command, in[0], out[1]);
    }
    ::close(in[0]);
    ::close(out[1]);
    input_ = in[1];
    output_end_ = out[0];
}

GuestConsole::~GuestConsole() {
    close_pipes();
    if (child_ > 0) {
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
    }
}

void GuestConsole::close_pipes() {
    for (int* const end : {&input_, &output_end_}) {
        if (*end >= 0) {
            ::close(std::exchange(*end, -1));
        }
    }
}

void GuestConsole::type(std::string_view text) {
    while (not text.empty()) {
        const ssize_t count = ::write(input_, text.data(), text.size());
        if (count < 0 and errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return;
        }
        text.remove_prefix(static_cast<std::size_t>(count));
    }
}

// False at the end of the output or of the time.
bool GuestConsole::read_more() {
    // Rounded up: no time left means that the deadline is past.
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - steady_clock::now()).count();
    pollfd end{output_end_, POLLIN, 0};
    const int ready = left > 0 ? ::poll(&end, 1, static_cast<int>(left)) : 0;
    if (ready < 0) {
        return errno == EINTR;
    }
    if (ready == 0) {
        return false;
    }
    std::array<char, 4096> buffer;
    const ssize_t count = ::read(output_end_, buffer.data(), buffer.size());
    if (count > 0) {
        output_.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return count > 0 or (count < 0 and errno == EINTR);
}

std::optional<std::string> GuestConsole::read_to(std::string_view text) {
    while (true) {
        const std::size_t found = output_.find(text, seen_);
        if (found != std::string::npos) {
            std::string before = output_.substr(seen_, found - seen_);
            seen_ = found + text.size();
            return before;
        }
        if (not read_more()) {
            return std::nullopt;
        }
    }
}

void GuestConsole::allow(std::chrono::milliseconds limit) { deadline_ = steady_clock::now() + limit; }

std::optional<std::chrono::nanoseconds> GuestConsole::cpu_time() const {
    clockid_t clock = 0;
    timespec time{};
    if (child_ <= 0 or ::clock_getcpuclockid(child_, &clock) != 0 or ::clock_gettime(clock, &time) != 0) {
        return std::nullopt;
    }
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

int GuestConsole::exit_code() {
    while (read_more()) {
    }
    // The output has ended, and the program with it, or the time has.
    if (child_ <= 0 or steady_clock::now() >= deadline_) {
        return -1;
    }
    int status = 0;
    ::waitpid(std::exchange(child_, -1), &status, 0);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace vm::booted
