#include "vm/cli/run_statistics.h"

#include <fmt/format.h>

namespace vm::cli {

std::vector<std::string> run_statistics(const RunResult& result, const native::Observation* observation) {
    const auto instructions = static_cast<double>(result.instructions);
    const double seconds = std::chrono::duration<double>(result.elapsed).count();
    const double rate = seconds > 0 ? instructions / seconds / 1e6 : 0;
    std::vector<std::string> lines = {fmt::format("{} instructions in {:.6f} s, {:.1f} M instructions/s",
                                                  result.instructions, seconds, rate)};
    if (observation == nullptr or result.instructions == 0) {
        return lines;
    }
    lines.front() += fmt::format(", {:.1f} % compiled",
                                 100 * static_cast<double>(result.compilers.retired) / instructions);
    const auto more = observation->statistics(result.compilers, result.instructions);
    lines.insert(lines.end(), more.begin(), more.end());
    return lines;
}

}  // namespace vm::cli
