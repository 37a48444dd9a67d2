#include "vm/cli/run_statistics.h"

#include <fmt/format.h>

namespace vm::cli {

std::string run_statistics(std::uint64_t instructions, std::chrono::nanoseconds elapsed,
                           std::optional<std::uint64_t> compiled) {
    const double seconds = std::chrono::duration<double>(elapsed).count();
    const double rate = seconds > 0 ? static_cast<double>(instructions) / seconds / 1e6 : 0;
    auto line =
        fmt::format("{} instructions in {:.6f} s, {:.1f} M instructions/s", instructions, seconds, rate);
    if (compiled and instructions != 0) {
        line += fmt::format(", {:.1f} % compiled",
                            100 * static_cast<double>(*compiled) / static_cast<double>(instructions));
    }
    return line;
}

}  // namespace vm::cli
