#include "harness/run/child.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <unistd.h>

namespace harness::run {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMessagesKept = 4096;

// Closes a file descriptor when it goes.
class Handle {
  public:
    Handle() = default;
    explicit Handle(int fd) : fd_(fd) {}
    Handle(Handle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Handle& operator=(Handle&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Handle() { reset(); }
    void reset() {
        if (fd_ >= 0) close(fd_);
        fd_ = -1;
    }
    int fd() const { return fd_; }

  private:
    int fd_ = -1;
};

struct Pipe {
    Handle read;
    Handle write;
};

Result<Pipe> make_pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return fail("cannot create a pipe: {}", std::strerror(errno));
    return Pipe{Handle(ends[0]), Handle(ends[1])};
}

// What the new process needs, prepared before the fork: between fork and exec nothing may allocate.
struct Launch {
    std::vector<char*> arguments;
    std::vector<char*> environment;
    int output;
    int messages;
    int failure;
    std::optional<int> cpu;
    const sigset_t* mask;
    pid_t parent;
};

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
        sched_setaffinity(0, sizeof cpus, &cpus);
    }
    const int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, STDIN_FILENO);
    dup2(launch.output, STDOUT_FILENO);
    dup2(launch.messages, STDERR_FILENO);
    sigprocmask(SIG_SETMASK, launch.mask, nullptr);
    execve(launch.arguments[0], launch.arguments.data(), launch.environment.data());
    const int reason = errno;
    (void)!write(launch.failure, &reason, sizeof reason);
    _exit(127);
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

// The child and our ends of its pipes.
struct Child {
    pid_t pid = 0;
    Handle process;
    Handle output;
    Handle messages;
    Clock::time_point started;
};

Result<Child> start(const Command& command, const sigset_t& mask) {
    auto output = make_pipe();
    auto messages = make_pipe();
    auto failure = make_pipe();
    if (!output || !messages || !failure) return fail("cannot create a pipe: {}", std::strerror(errno));
    Launch launch{pointers(command.arguments),
                  environment_with(command.environment),
                  output->write.fd(),
                  messages->write.fd(),
                  failure->write.fd(),
                  command.cpu,
                  &mask,
                  getpid()};
    launch.arguments.push_back(nullptr);

    Child child;
    child.started = Clock::now();
    child.pid = fork();
    if (child.pid < 0) return fail("cannot start '{}': {}", command.arguments[0], std::strerror(errno));
    if (child.pid == 0) become(launch);
    setpgid(child.pid, child.pid);  // also here: whoever comes first, a later kill of the group finds it
    failure->write.reset();
    int reason = 0;
    if (read(failure->read.fd(), &reason, sizeof reason) == static_cast<ssize_t>(sizeof reason)) {
        waitpid(child.pid, nullptr, 0);
        return fail("cannot run '{}': {}", command.arguments[0], std::strerror(reason));
    }
    // By number: glibc 2.36 declares pidfd_open without C linkage.
    child.process = Handle(static_cast<int>(syscall(SYS_pidfd_open, child.pid, 0)));
    if (child.process.fd() < 0) {
        const int number = errno;
        kill(-child.pid, SIGKILL);
        waitpid(child.pid, nullptr, 0);
        return fail("cannot watch '{}': {}", command.arguments[0], std::strerror(number));
    }
    child.output = std::move(output->read);
    child.messages = std::move(messages->read);
    fcntl(child.output.fd(), F_SETFL, O_NONBLOCK);
    fcntl(child.messages.fd(), F_SETFL, O_NONBLOCK);
    return child;
}

// Takes what is there; closes the handle at end of file.
void drain(Handle& from, std::string& into, std::size_t limit) {
    std::array<char, 65536> buffer;
    while (from.fd() >= 0 && into.size() <= limit) {
        const ssize_t got = read(from.fd(), buffer.data(), buffer.size());
        if (got < 0) return;
        if (got == 0) return from.reset();
        into.append(buffer.data(), static_cast<std::size_t>(got));
    }
}

void drain_messages(Child& child, std::string& messages) {
    drain(child.messages, messages, messages.size() + kMessagesKept);
    if (messages.size() > kMessagesKept) messages.erase(0, messages.size() - kMessagesKept);
}

int milliseconds_until(Clock::time_point end) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    return left < 0 ? 0 : static_cast<int>(std::min<std::int64_t>(left, 60'000));
}

// Waits until the child has ended by itself (exited) or must be killed.
Ending watch(Child& child, const Command& command, Interrupts& interrupts, ChildReport& report) {
    const auto end = child.started + command.time_limit;
    while (true) {
        std::array<pollfd, 4> events{{{child.process.fd(), POLLIN, 0},
                                      {interrupts.fd(), POLLIN, 0},
                                      {child.output.fd(), POLLIN, 0},
                                      {child.messages.fd(), POLLIN, 0}}};
        poll(events.data(), events.size(), milliseconds_until(end));
        drain(child.output, report.output, command.output_limit);
        drain_messages(child, report.messages);
        if (report.output.size() > command.output_limit) return Ending::flooded;
        if (interrupts.pending()) return Ending::interrupted;
        if ((events[0].revents & POLLIN) != 0) return Ending::exited;
        if (Clock::now() >= end) return Ending::timed_out;
    }
}

std::chrono::nanoseconds nanoseconds(const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

void reap(pid_t pid, ChildReport& report) {
    int status = 0;
    rusage usage{};
    while (wait4(pid, &status, 0, &usage) < 0 && errno == EINTR) {
    }
    report.user = nanoseconds(usage.ru_utime);
    report.system = nanoseconds(usage.ru_stime);
    report.max_rss_bytes = static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
    if (report.ending == Ending::exited && WIFSIGNALED(status)) report.ending = Ending::signalled;
    report.status = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

Result<ChildReport> run_child(const Command& command, Interrupts& interrupts) {
    auto child = start(command, interrupts.original_mask());
    if (!child) return tl::unexpected(child.error());
    ChildReport report;
    report.ending = watch(*child, command, interrupts, report);
    report.duration = Clock::now() - child->started;
    // Before the child is reaped its process group cannot have been taken over by another program.
    kill(-child->pid, SIGKILL);
    reap(child->pid, report);
    drain(child->output, report.output, command.output_limit);
    drain_messages(*child, report.messages);
    return report;
}

}  // namespace harness::run
