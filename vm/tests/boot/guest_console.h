#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace vm::tests {

// A program whose standard input and output are a conversation, of which each side takes its turn as the
// other one says something. What is waited for must come before a deadline that counts from the beginning.
class GuestConsole {
  public:
    GuestConsole(std::vector<std::string> command, std::chrono::seconds limit);
    // Kills what still runs.
    ~GuestConsole();
    GuestConsole(const GuestConsole&) = delete;
    GuestConsole& operator=(const GuestConsole&) = delete;

    void type(std::string_view text);
    // Whether `text` comes behind what was waited for before: false when the program or the time ends first.
    bool wait_for(std::string_view text);
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

}  // namespace vm::tests
