#include "harness/run/progress.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <sys/ioctl.h>

#include <fmt/format.h>
#include <unistd.h>

namespace harness::run {

namespace {

constexpr std::size_t kBarCells = 24;

std::size_t terminal_width(std::FILE* out) {
    winsize size{};
    if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return 80;
}

std::string stage(const Position& position) {
    return position.round == 0 ? "warm-up" : fmt::format("round {} of {}", position.round, position.rounds);
}

std::string failures(const Position& position) {
    return position.failed == 0 ? "" : fmt::format(", {} failed", position.failed);
}

}  // namespace

Progress::Style style_for(std::FILE* out) {
    const char* terminal = std::getenv("TERM");
    const bool can_rewrite = terminal != nullptr && std::string_view(terminal) != "dumb";
    return isatty(fileno(out)) != 0 && can_rewrite ? Progress::Style::bar : Progress::Style::lines;
}

std::string short_duration(std::chrono::nanoseconds time) {
    const double seconds = std::max(0.0, std::chrono::duration<double>(time).count());
    if (seconds < 9.95) return fmt::format("{:.1f}s", seconds);
    const auto whole = std::lround(seconds);
    if (whole < 60) return fmt::format("{}s", whole);
    if (whole < 3600) return fmt::format("{}m{:02}s", whole / 60, whole % 60);
    return fmt::format("{}h{:02}m", whole / 3600, whole % 3600 / 60);
}

std::string bar_text(const Position& position, std::size_t width) {
    const std::size_t total = std::max<std::size_t>(position.total, 1);
    const std::size_t filled = std::min(kBarCells, position.done * kBarCells / total);
    std::string text =
        fmt::format("[{}{}] {}/{}{}, {} left, {}: {}", std::string(filled, '#'),
                    std::string(kBarCells - filled, '.'), position.done, position.total, failures(position),
                    short_duration(position.left), stage(position), position.benchmark);
    // One column stays free, or some terminals wrap.
    if (text.size() >= width) text.resize(width > 0 ? width - 1 : 0);
    return text;
}

void Progress::step(const Position& position) {
    if (style_ != Style::bar) return;
    fmt::print(out_, "\r\x1b[K{}", bar_text(position, terminal_width(out_)));
    std::fflush(out_);
    bar_shown_ = true;
}

void Progress::round_done(const Position& position) {
    if (style_ != Style::lines) return;
    fmt::print(out_, "{} done: {} of {} processes{}, about {} left\n", stage(position), position.done,
               position.total, failures(position), short_duration(position.left));
    std::fflush(out_);
}

void Progress::say(std::string_view line) {
    if (style_ == Style::silent) return;
    clear();
    fmt::print(out_, "{}\n", line);
    std::fflush(out_);
}

void Progress::clear() {
    if (!bar_shown_) return;
    fmt::print(out_, "\r\x1b[K");
    std::fflush(out_);
    bar_shown_ = false;
}

}  // namespace harness::run
