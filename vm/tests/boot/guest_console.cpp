#include "vm/tests/boot/guest_console.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <sys/wait.h>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace vm::tests {
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
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
}

}  // namespace

GuestConsole::GuestConsole(std::vector<std::string> command, std::chrono::seconds limit)
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
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - steady_clock::now()).count();
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

bool GuestConsole::wait_for(std::string_view text) {
    while (true) {
        const std::size_t found = output_.find(text, seen_);
        if (found != std::string::npos) {
            seen_ = found + text.size();
            return true;
        }
        if (not read_more()) {
            return false;
        }
    }
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

}  // namespace vm::tests
