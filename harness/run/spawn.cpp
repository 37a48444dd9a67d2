#include "harness/run/spawn.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

namespace harness::run {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMessagesKept = 4096;
constexpr std::size_t kLongestMessage = 300;
constexpr std::size_t kLargestPadding = 4096;

struct Channel {
    Handle read;
    Handle write;
};

Result<Channel> make_pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return fail("cannot create a pipe: {}", std::strerror(errno));
    return Channel{Handle(ends[0]), Handle(ends[1])};
}

Result<Channel> make_input(StandardInput input) {
    std::array<int, 2> ends{};
    if (input == StandardInput::empty) {
        ends = {open("/dev/null", O_RDONLY | O_CLOEXEC), -1};
        if (ends[0] < 0) return fail("cannot open '/dev/null': {}", std::strerror(errno));
    } else if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return fail("cannot create a socket pair: {}", std::strerror(errno));
    }
    return Channel{Handle(ends[0]), Handle(ends[1])};
}

// What the new process needs, prepared before the fork: between fork and exec nothing may allocate.
struct Launch {
    std::vector<char*> arguments;
    std::vector<char*> environment;
    int input;
    int output;
    int messages;
    int failure;
    std::optional<int> cpu;
    const sigset_t* mask;
    pid_t parent;
};

[[noreturn]] void give_up(const Launch& launch) {
    const int reason = errno;
    (void)!write(launch.failure, &reason, sizeof reason);
    _exit(127);
}

[[noreturn]] void become(const Launch& launch) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != launch.parent) _exit(127);
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    if (launch.cpu) {
        cpu_set_t cpus;
        CPU_ZERO(&cpus);
        CPU_SET(static_cast<std::size_t>(*launch.cpu), &cpus);
        if (sched_setaffinity(0, sizeof cpus, &cpus) != 0) give_up(launch);
    }
    dup2(launch.input, STDIN_FILENO);
    dup2(launch.output, STDOUT_FILENO);
    dup2(launch.messages, STDERR_FILENO);
    sigprocmask(SIG_SETMASK, launch.mask, nullptr);
    execve(launch.arguments[0], launch.arguments.data(), launch.environment.data());
    give_up(launch);
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
    return result;
}

// Ours, without what `added` sets anew.
std::vector<char*> environment_with(const std::vector<std::string>& added) {
    std::vector<char*> result = pointers(added);
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view ours = *entry;
        const std::string_view name = ours.substr(0, ours.find('=') + 1);
        const bool replaced =
            std::ranges::any_of(added, [&](const std::string& one) { return one.starts_with(name); });
        if (!replaced) result.push_back(*entry);
    }
    result.push_back(nullptr);
    return result;
}

// Why the child could not become the program: it writes the reason, or closes the pipe by exec.
Result<void> await_exec(pid_t pid, Channel& failure, const std::string& program) {
    failure.write.reset();
    int reason = 0;
    if (read(failure.read.fd(), &reason, sizeof reason) != static_cast<ssize_t>(sizeof reason)) return {};
    waitpid(pid, nullptr, 0);
    return fail("cannot run '{}': {}", program, std::strerror(reason));
}

std::chrono::nanoseconds nanoseconds(const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

}  // namespace

void Handle::reset() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
}

Result<Process> spawn(const Command& command, StandardInput standard_input, const sigset_t& mask) {
    auto input = make_input(standard_input);
    auto output = make_pipe();
    auto messages = make_pipe();
    auto failure = make_pipe();
    for (const auto* made : {&input, &output, &messages, &failure}) {
        if (!*made) return tl::unexpected(made->error());
    }
    Launch launch{pointers(command.arguments),
                  environment_with(command.environment),
                  input->read.fd(),
                  output->write.fd(),
                  messages->write.fd(),
                  failure->write.fd(),
                  command.cpu,
                  &mask,
                  getpid()};
    launch.arguments.push_back(nullptr);

    Process child;
    child.started = Clock::now();
    child.pid = fork();
    if (child.pid < 0) return fail("cannot start '{}': {}", command.arguments[0], std::strerror(errno));
    if (child.pid == 0) become(launch);
    setpgid(child.pid, child.pid);  // also here: whoever comes first, a later kill of the group finds it
    if (const auto ran = await_exec(child.pid, *failure, command.arguments[0]); !ran) {
        return tl::unexpected(ran.error());
    }
    // By number: glibc 2.36 declares pidfd_open without C linkage.
    child.process = Handle(static_cast<int>(syscall(SYS_pidfd_open, child.pid, 0)));
    if (child.process.fd() < 0) {
        const int number = errno;
        reap(child);
        return fail("cannot watch '{}': {}", command.arguments[0], std::strerror(number));
    }
    child.input = std::move(input->write);
    child.output = std::move(output->read);
    child.messages = std::move(messages->read);
    fcntl(child.output.fd(), F_SETFL, O_NONBLOCK);
    fcntl(child.messages.fd(), F_SETFL, O_NONBLOCK);
    return child;
}

void drain(Handle& from, std::string& into, std::size_t limit) {
    std::array<char, 65536> buffer;
    while (from.fd() >= 0 && into.size() <= limit) {
        const ssize_t got = read(from.fd(), buffer.data(), buffer.size());
        if (got < 0) return;
        if (got == 0) return from.reset();
        into.append(buffer.data(), static_cast<std::size_t>(got));
    }
}

void drain_messages(Handle& from, std::string& into) {
    drain(from, into, into.size() + kMessagesKept);
    if (into.size() > kMessagesKept) into.erase(0, into.size() - kMessagesKept);
}

Usage reap(const Process& process) {
    // Before the child is reaped its process group cannot have been taken over by another program.
    kill(-process.pid, SIGKILL);
    int status = 0;
    rusage used{};
    while (wait4(process.pid, &status, 0, &used) < 0 && errno == EINTR) {
    }
    return {.signalled = WIFSIGNALED(status),
            .status = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
            .user = nanoseconds(used.ru_utime),
            .system = nanoseconds(used.ru_stime),
            .max_rss_bytes = static_cast<std::int64_t>(used.ru_maxrss) * 1024,
            .voluntary_switches = used.ru_nvcsw,
            .involuntary_switches = used.ru_nivcsw};
}

int milliseconds_until(Clock::time_point end) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    return left < 0 ? 0 : static_cast<int>(std::min<std::int64_t>(left, 60'000));
}

std::string last_words(const std::string& messages) {
    const auto end = messages.find_last_not_of("\r\n\t ");
    if (end == std::string::npos) return {};
    const auto begin = messages.find_last_of("\r\n", end);
    std::string line = messages.substr(begin == std::string::npos ? 0 : begin + 1);
    line.resize(std::min(line.find_last_not_of("\r\n\t ") + 1, kLongestMessage));
    std::ranges::replace_if(
        line, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
    return ": " + line;
}

std::string padding_variable(std::mt19937_64& random) {
    return "VMBENCH_PADDING=" + std::string(random() % kLargestPadding, 'x');
}

}  // namespace harness::run
