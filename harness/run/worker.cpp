#include "harness/run/worker.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sys/socket.h>
#include <utility>

#include <poll.h>
#include <unistd.h>

namespace harness::run {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

constexpr nanoseconds kFarewell = std::chrono::seconds(1);
// Clocks are read at different moments and advance in steps of their own.
constexpr nanoseconds kClockSlack = std::chrono::milliseconds(100);

std::string seconds(nanoseconds time) {
    return fmt::format("{:g} s", std::chrono::duration<double>(time).count());
}

bool readable(const Handle& handle, int milliseconds) {
    pollfd event{handle.fd(), POLLIN, 0};
    return handle.fd() >= 0 && poll(&event, 1, milliseconds) > 0;
}

Command command_for(const WorkerStart& what) {
    Command command;
    command.arguments = what.wrapper;
    command.arguments.push_back(what.program);
    command.arguments.push_back(std::string(model::kWorkerFlag) + what.case_id);
    if (what.slowdown != 1) {
        command.arguments.push_back(fmt::format("{}{}", model::kSlowdownFlag, what.slowdown));
    }
    if (!what.padding.empty()) command.environment = {what.padding};
    command.cpu = what.cpu;
    return command;
}

// The largest resident set of a live process since it became its program, in bytes; 0 when that is not known.
// What the kernel tells when it is reaped is never less than what the harness had when it forked it.
std::int64_t peak_memory(pid_t pid) {
    std::ifstream status(fmt::format("/proc/{}/status", pid));
    constexpr std::string_view kPeak = "VmHWM:";
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(kPeak)) return std::atoll(line.c_str() + kPeak.size()) * 1024;
    }
    return 0;
}

// Whatever the clocks do, nobody uses more processor time than there was.
bool credible(const model::SliceAnswer& answer, nanoseconds passed) {
    const auto processors = std::max<std::int64_t>(sysconf(_SC_NPROCESSORS_ONLN), 1);
    const nanoseconds most = passed + kClockSlack;
    return answer.wall_ns <= most.count() && answer.cpu_ns / processors <= most.count();
}

}  // namespace

Result<Worker> Worker::start(const WorkerStart& what, Interrupts& interrupts) {
    auto process = spawn(command_for(what), StandardInput::connected, interrupts.original_mask());
    if (!process) return tl::unexpected(process.error());
    Worker worker(std::move(*process), what.program, what.time_limit);
    const auto line = worker.read_line(interrupts);
    if (!line) return tl::unexpected(line.error());
    auto hello = model::parse_hello(*line);
    if (!hello) return fail("'{}': {}", what.program, hello.error().message);
    if (hello->case_id != what.case_id || hello->slowdown != what.slowdown) {
        return fail("'{}': the worker measures '{}' with slowdown {} when asked for '{}' with {}",
                    what.program, hello->case_id, hello->slowdown, what.case_id, what.slowdown);
    }
    worker.hello_ = std::move(*hello);
    return worker;
}

Worker::~Worker() {
    if (process_.process.fd() >= 0 && !usage_) reap(process_);
}

// Reaps the worker, which has closed its output or ended.
tl::unexpected<Error> Worker::ended() {
    // One that only closed its output would not end by itself.
    readable(process_.process, static_cast<int>(kFarewell / std::chrono::milliseconds(1)));
    usage_ = reap(process_);
    drain_messages(process_.messages, messages_);
    if (usage_->signalled) {
        return fail("'{}' crashed: {}{}", name_, strsignal(usage_->status), last_words(messages_));
    }
    return fail("'{}' ended with exit code {} instead of answering{}", name_, usage_->status,
                last_words(messages_));
}

Result<std::string> Worker::read_line(Interrupts& interrupts) {
    const auto end = Clock::now() + time_limit_;
    while (true) {
        // In this order: what it wrote before it ended is still an answer.
        const bool gone = readable(process_.process, 0);
        drain(process_.output, heard_, model::kLongestWorkerLine);
        drain_messages(process_.messages, messages_);
        const std::size_t length = heard_.find('\n');
        if (length == std::string::npos && heard_.size() >= model::kLongestWorkerLine) {
            return fail("'{}' printed a line without end", name_);
        }
        if (length != std::string::npos) {
            std::string line = heard_.substr(0, length);
            heard_.erase(0, length + 1);
            return line;
        }
        if (interrupts.pending()) return fail("interrupted");
        if (gone || process_.output.fd() < 0) return ended();
        if (Clock::now() >= end) return fail("'{}' hung: no answer after {}", name_, seconds(time_limit_));
        std::array<pollfd, 4> events{{{process_.process.fd(), POLLIN, 0},
                                      {interrupts.fd(), POLLIN, 0},
                                      {process_.output.fd(), POLLIN, 0},
                                      {process_.messages.fd(), POLLIN, 0}}};
        poll(events.data(), events.size(), milliseconds_until(end));
    }
}

Result<model::SliceAnswer> Worker::answer_to(const model::SliceRequest& request, Interrupts& interrupts) {
    const auto started = Clock::now();
    const std::string text = to_line(request);
    if (send(process_.input.fd(), text.data(), text.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(text.size())) {
        return ended();
    }
    const auto line = read_line(interrupts);
    const nanoseconds passed = Clock::now() - started;
    if (!line) return tl::unexpected(line.error());
    auto answer = model::parse_answer(*line, request);
    if (!answer) return fail("'{}': {}", name_, answer.error().message);
    if (!answer->error.empty()) return fail("{}", answer->error);
    if (!credible(*answer, passed)) {
        return fail("'{}' claims {} of processor time and {} of time when asked {} ago", name_,
                    seconds(nanoseconds(answer->cpu_ns)), seconds(nanoseconds(answer->wall_ns)),
                    seconds(passed));
    }
    return answer;
}

Result<model::SliceAnswer> Worker::slice(std::int64_t iterations, Interrupts& interrupts) {
    if (usage_) return fail("'{}' has ended", name_);
    drain(process_.output, heard_, model::kLongestWorkerLine);
    if (!heard_.empty()) return fail("'{}' spoke without being asked", name_);
    return answer_to({.number = ++asked_, .iterations = iterations}, interrupts);
}

Usage Worker::finish(nanoseconds patience) {
    if (!usage_) {
        const std::int64_t peak = peak_memory(process_.pid);
        process_.input.reset();
        readable(process_.process, static_cast<int>(patience / std::chrono::milliseconds(1)));
        usage_ = reap(process_);
        if (peak > 0) usage_->max_rss_bytes = peak;
    }
    return *usage_;
}

bool has_worker_mode(const WorkerStart& what, Interrupts& interrupts) {
    return Worker::start(what, interrupts).has_value();
}

}  // namespace harness::run
