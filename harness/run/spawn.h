#pragma once

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <sys/types.h>
#include <utility>
#include <vector>

#include "harness/model/result.h"

namespace harness::run {

// What to start. The child leads its own process group, gets no core dumps, and dies with this program.
struct Command {
    std::vector<std::string> arguments;    // arguments[0] is the program's path
    std::vector<std::string> environment;  // NAME=VALUE, added to ours
    std::chrono::nanoseconds time_limit = std::chrono::seconds(20);
    std::optional<int> cpu;                            // run on this CPU only
    std::size_t output_limit = std::size_t{64} << 20;  // bytes of standard output before it is killed
};

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
    void reset();
    int fd() const { return fd_; }

  private:
    int fd_ = -1;
};

// What a process gets to read: nothing, or what is sent to Process::input.
enum class StandardInput { empty, connected };

// A started child and our ends of its connections, which never block. It must be reaped by `reap`.
struct Process {
    pid_t pid = 0;
    Handle process;   // readable when it has ended
    Handle input;     // a socket: send with MSG_NOSIGNAL, the child may be gone
    Handle output;    // its standard output
    Handle messages;  // its standard error
    std::chrono::steady_clock::time_point started;
};

// How a child ended and what it used; the times of its own reaped children are included.
struct Usage {
    bool signalled = false;
    int status = 0;  // exit code, or the signal when it was signalled
    std::chrono::nanoseconds user{};
    std::chrono::nanoseconds system{};
    std::int64_t max_rss_bytes = 0;
    std::int64_t voluntary_switches = 0;  // context switches
    std::int64_t involuntary_switches = 0;
};

// Starts a child with the given signal mask. The error says why it cannot run.
Result<Process> spawn(const Command& command, StandardInput input, const sigset_t& mask);

// Takes what is there to read, until `into` is longer than `limit`; closes the handle at end of file.
void drain(Handle& from, std::string& into, std::size_t limit);

// The same for standard error, of which only the end is kept.
void drain_messages(Handle& from, std::string& into);

// Kills the child's whole process group, unless it has ended by itself, and waits for it.
Usage reap(const Process& process);

// For poll: milliseconds until `end`, from 0 to a minute.
int milliseconds_until(std::chrono::steady_clock::time_point end);

// The last line of standard error, made fit for one line of ours: ": LINE", or nothing.
std::string last_words(const std::string& messages);

// A variable of the environment of random length. The environment's size moves the stack and with it what
// aliases in the caches: it must not be the same in every process.
std::string padding_variable(std::mt19937_64& random);

}  // namespace harness::run
