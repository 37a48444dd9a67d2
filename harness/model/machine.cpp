#include "harness/model/machine.h"

#include <cctype>
#include <cstddef>
#include <string_view>

#include <fmt/format.h>

#include "harness/model/hash.h"

namespace harness::model {

namespace {

constexpr std::size_t kSlugLength = 40;

// Lower-case words joined by single dashes; clock rates and trade marks of /proc/cpuinfo stay readable
// enough.
std::string slug(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80 && std::isalnum(byte) != 0) {
            out += static_cast<char>(std::tolower(byte));
        } else if (!out.empty() && out.back() != '-') {
            out += '-';
        }
        if (out.size() == kSlugLength) break;
    }
    while (!out.empty() && out.back() == '-') out.pop_back();
    return out.empty() ? "unknown" : out;
}

std::int64_t whole_gib(std::int64_t bytes) {
    constexpr std::int64_t kGib = std::int64_t{1} << 30;
    return bytes / kGib + (bytes % kGib >= kGib / 2 ? 1 : 0);
}

// "6.1.0-18-amd64" -> "6.1"
std::string_view kernel_series(std::string_view release) {
    const std::size_t first = release.find('.');
    if (first == std::string_view::npos) return release;
    return release.substr(0, release.find_first_not_of("0123456789", first + 1));
}

}  // namespace

std::string machine_class(const Machine& machine) {
    const std::int64_t memory = whole_gib(machine.memory_bytes);
    const std::string all = fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}", machine.cpu_model, machine.cores,
                                        memory, kernel_series(machine.kernel), machine.governor,
                                        machine.virtualised ? 1 : 0, machine.numa_nodes);
    return fmt::format("{}-{}c-{}g-{}", slug(machine.cpu_model), machine.cores, memory,
                       stable_hash(all).substr(0, 8));
}

}  // namespace harness::model
