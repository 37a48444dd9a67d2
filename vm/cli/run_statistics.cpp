#include "vm/cli/run_statistics.h"

#include <fmt/format.h>

namespace vm::cli {

std::string run_statistics(std::uint64_t instructions, std::chrono::nanoseconds elapsed) {
    const double seconds = std::chrono::duration<double>(elapsed).count();
    const double rate = seconds > 0 ? static_cast<double>(instructions) / seconds / 1e6 : 0;
    return fmt::format("{} instructions in {:.6f} s, {:.1f} M instructions/s", instructions, seconds, rate);
}

}  // namespace vm::cli
