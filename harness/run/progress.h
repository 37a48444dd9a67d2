#pragma once

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>

namespace harness::run {

// Where a run is.
struct Position {
    int round = 0;  // from 1; 0 is the warm-up
    int rounds = 0;
    std::size_t done = 0;  // processes, of all rounds
    std::size_t total = 0;
    std::size_t failed = 0;  // benchmarks
    std::chrono::nanoseconds left{};
    std::string_view benchmark;  // being measured
};

// Shows how a run goes: one line that is rewritten on a terminal, else a plain line a round. Failures and
// notes are lines of their own in both.
class Progress {
  public:
    enum class Style { bar, lines, silent };

    Progress(std::FILE* out, Style style) : out_(out), style_(style) {}

    // A process is about to start.
    void step(const Position& position);

    // A round is over.
    void round_done(const Position& position);

    void say(std::string_view line);

    // Takes the bar off the terminal.
    void clear();

  private:
    std::FILE* out_;
    Style style_;
    bool bar_shown_ = false;
};

// bar when `out` is a terminal that can rewrite its line.
Progress::Style style_for(std::FILE* out);

// "3m10s", "45s", "0.8s"
std::string short_duration(std::chrono::nanoseconds time);

// The line without the terminal's control characters, cut to `width` columns.
std::string bar_text(const Position& position, std::size_t width);

}  // namespace harness::run
