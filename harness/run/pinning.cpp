#include "harness/run/pinning.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>

#include <sched.h>

namespace harness::run {

namespace {

namespace fs = std::filesystem;

int number(std::string_view text) {
    int value = -1;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

// Whether a list such as "0-3,8" (topology in sysfs(5)) names the CPU.
bool names(std::string_view list, int cpu) {
    while (!list.empty()) {
        const std::string_view range = list.substr(0, list.find(','));
        list.remove_prefix(std::min(range.size() + 1, list.size()));
        const std::size_t dash = range.find('-');
        const int first = number(range.substr(0, dash));
        const int last = dash == std::string_view::npos ? first : number(range.substr(dash + 1));
        if (first >= 0 && first <= cpu && cpu <= last) return true;
    }
    return false;
}

std::string siblings_of(int cpu, const fs::path& sys) {
    std::ifstream file(sys / "devices/system/cpu" / fmt::format("cpu{}", cpu) /
                       "topology/thread_siblings_list");
    std::string list;
    file >> list;
    return list;
}

Result<void> restrict_to(std::span<const int> cpus) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const int cpu : cpus) CPU_SET(static_cast<std::size_t>(cpu), &set);
    if (sched_setaffinity(0, sizeof set, &set) == 0) return {};
    return fail("cannot run on CPU {}: {}", fmt::join(cpus, ","), std::strerror(errno));
}

}  // namespace

Result<std::vector<int>> allowed_cpus() {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0) {
        return fail("cannot ask for the CPUs of this process: {}", std::strerror(errno));
    }
    std::vector<int> cpus;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (CPU_ISSET(static_cast<std::size_t>(cpu), &set)) cpus.push_back(cpu);
    }
    return cpus;
}

Placement choose_cpus(std::span<const int> allowed, const fs::path& sys) {
    const int workers = allowed.back();
    const std::string siblings = siblings_of(workers, sys);
    for (const int cpu : allowed) {
        if (cpu != workers && !names(siblings, cpu)) return {workers, cpu, Distance::apart};
    }
    const int first = allowed.front();
    return {workers, first, first == workers ? Distance::same : Distance::siblings};
}

Result<Pin> Pin::create(int cpu) {
    auto before = allowed_cpus();
    if (!before) return tl::unexpected(before.error());
    if (auto done = restrict_to(std::span(&cpu, 1)); !done) return tl::unexpected(done.error());
    return Pin(std::move(*before));
}

Pin::Pin(Pin&& other) noexcept : before_(std::exchange(other.before_, {})) {}

Pin::~Pin() {
    // It was allowed before; when that changed meanwhile the thread stays where it is.
    if (!before_.empty()) (void)restrict_to(before_);
}

}  // namespace harness::run
