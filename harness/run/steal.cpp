#include "harness/run/steal.h"

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

namespace harness::run {

std::optional<std::chrono::nanoseconds> steal_time(std::optional<int> cpu,
                                                   const std::filesystem::path& proc) {
    constexpr int kSteal = 8;  // user nice system idle iowait irq softirq steal
    const std::string wanted = cpu ? fmt::format("cpu{}", *cpu) : "cpu";
    std::ifstream file(proc / "stat");
    for (std::string line; std::getline(file, line);) {
        std::istringstream fields(line);
        std::string name;
        fields >> name;
        if (name != wanted) continue;
        std::int64_t ticks = 0;
        for (int i = 0; i < kSteal; ++i) fields >> ticks;
        if (!fields) return std::nullopt;
        return std::chrono::nanoseconds(ticks * (1'000'000'000 / sysconf(_SC_CLK_TCK)));
    }
    return std::nullopt;
}

}  // namespace harness::run
