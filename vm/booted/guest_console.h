#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace vm::booted {

// A program whose standard input and output are a conversation, of which each side takes its turn as the
// other one says something. What is waited for must come before a deadline, which counts from the beginning
// unless another one is set. The program dies with the thread that started it.
class GuestConsole {
  public:
    GuestConsole(std::vector<std::string> command, std::chrono::milliseconds limit);
    // Kills what still runs.
    ~GuestConsole();
    GuestConsole(const GuestConsole&) = delete;
    GuestConsole& operator=(const GuestConsole&) = delete;

    void type(std::string_view text);
    // What comes before `text`, behind what was waited for before: none when the program or the time ends
    // first.
    std::optional<std::string> read_to(std::string_view text);
    // Whether it comes.
    bool wait_for(std::string_view text) { return read_to(text).has_value(); }
    // The time left from now on.
    void allow(std::chrono::milliseconds limit);
    // User and system time of all its threads so far; none once its exit code is known.
    std::optional<std::chrono::nanoseconds> cpu_time() const;
    // How the program ends, 128 and more for a signal; -1 when it does not in time.
    int exit_code();
    // All it wrote so far, standard error too.
    const std::string& output() const { return output_; }

  private:
    bool read_more();
    void close_pipes();

    std::chrono::steady_clock::time_point deadline_;
    pid_t child_ = -1;
    int input_ = -1;
    int output_end_ = -1;
    std::string output_;
    std::size_t seen_ = 0;  // of the output: behind what was waited for
};

}  // namespace vm::booted
