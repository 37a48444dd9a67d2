#pragma once

#include <optional>
#include <string>

#include <termios.h>

namespace vm::cli {

// A terminal whose keys come one by one and unchanged, Ctrl-C included, for as long as this lives, or until a
// signal kills the process at once: a crash, or output that nobody reads. What is no terminal is left alone.
// One at a time.
class RawTerminal {
  public:
    explicit RawTerminal(int fd);
    ~RawTerminal();
    RawTerminal(const RawTerminal&) = delete;
    RawTerminal& operator=(const RawTerminal&) = delete;

    bool is_terminal() const { return before_.has_value(); }
    // Rows and columns, "24 80"; empty where nothing is known of them.
    std::string size() const;

  private:
    int fd_;
    std::optional<termios> before_;
};

}  // namespace vm::cli
