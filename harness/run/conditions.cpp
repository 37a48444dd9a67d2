#include "harness/run/conditions.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <fstream>
#include <sstream>
#include <sys/resource.h>

#include <fmt/format.h>

#include "harness/run/calibrate.h"
#include "harness/run/steal.h"
#include "harness/run/turn.h"

namespace harness::run {

namespace {

namespace fs = std::filesystem;
using State = Condition::State;
using std::chrono::nanoseconds;

// Beyond these a machine is called noisy.
constexpr double kMostLoad = 0.5;
constexpr double kMostStolen = 0.01;
constexpr double kMostClockShare = 0.001;  // of a slice

std::string line_of(const fs::path& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

// Whether a list such as "0,4-7" names this CPU.
bool lists(const std::string& text, int cpu) {
    std::istringstream parts(text);
    for (std::string part; std::getline(parts, part, ',');) {
        int first = 0;
        const char* end = part.data() + part.size();
        auto [next, code] = std::from_chars(part.data(), end, first);
        if (code != std::errc()) continue;
        int last = first;
        if (next != end && *next == '-') std::from_chars(next + 1, end, last);
        if (first <= cpu && cpu <= last) return true;
    }
    return false;
}

Condition noisy(std::string name, std::string value, std::string advice) {
    return {std::move(name), std::move(value), State::noisy, std::move(advice)};
}

Condition ok(std::string name, std::string value) {
    return {std::move(name), std::move(value), State::ok, ""};
}

Condition governor(const fs::path& cpu) {
    const std::string value = line_of(cpu / "cpufreq/scaling_governor");
    if (value.empty()) return ok("governor", "none: the kernel does not change the clock");
    if (value == "performance") return ok("governor", value);
    return noisy("governor", value,
                 "the clock follows the load: `cpupower frequency-set -g performance`, as root");
}

Condition turbo(const fs::path& cpus) {
    const std::string off = line_of(cpus / "intel_pstate/no_turbo");
    const std::string boost = line_of(cpus / "cpufreq/boost");
    if (off.empty() && boost.empty()) return {"turbo", "not visible from here", State::unknown, ""};
    if (off == "1" || (off.empty() && boost == "0")) return ok("turbo", "off");
    return noisy("turbo", "on",
                 off.empty()
                     ? "the clock depends on heat and neighbours: write 0 to cpufreq/boost in "
                       "/sys/devices/system/cpu"
                     : "the clock depends on heat and neighbours: write 1 to intel_pstate/no_turbo in "
                       "/sys/devices/system/cpu");
}

Condition siblings(const fs::path& cpu, int number) {
    const std::string list = line_of(cpu / "topology/thread_siblings_list");
    if (list.empty()) return {"hyper-threads", "not visible from here", State::unknown, ""};
    if (list == std::to_string(number)) {
        return ok("hyper-threads",
                  fmt::format("CPU {} has its core to itself (as far as a guest sees)", number));
    }
    return noisy("hyper-threads", fmt::format("CPU {} shares its core: {}", number, list),
                 "work on a sibling slows the benchmark down: keep it idle, or turn SMT off");
}

Condition distance(const Placement& placement) {
    const std::string where =
        fmt::format("benchmarks on CPU {}, vmbench on CPU {}", placement.workers, placement.harness);
    switch (placement.distance) {
        case Distance::apart:
            return ok("placement", where);
        case Distance::siblings:
            return noisy("placement", where + " of the same core", "allow vmbench a second core");
        case Distance::same:
            break;
    }
    return noisy("placement", where, "allow vmbench a second CPU");
}

Condition isolation(const fs::path& cpus, int cpu) {
    const std::string list = line_of(cpus / "isolated");
    if (lists(list, cpu)) return ok("isolation", fmt::format("CPU {} is isolated", cpu));
    return noisy(
        "isolation", fmt::format("CPU {} is not isolated", cpu),
        fmt::format("other programs may be put on it: boot with isolcpus={} where that is possible", cpu));
}

Condition load(const fs::path& proc) {
    std::istringstream text(line_of(proc / "loadavg"));
    double minute = 0;
    if (!(text >> minute)) return {"load", "not visible from here", State::unknown, ""};
    const std::string value = fmt::format("{:.2f} in the last minute", minute);
    if (minute <= kMostLoad) return ok("load", value);
    return noisy("load", value, "something runs beside: end it, or wait");
}

Condition randomisation(const fs::path& proc) {
    const std::string value = line_of(proc / "sys/kernel/randomize_va_space");
    if (value.empty()) return {"address layout", "not visible from here", State::unknown, ""};
    if (value == "2") return ok("address layout", "random in each process");
    return noisy("address layout", value == "1" ? "partly random" : "fixed",
                 "one layout's luck is measured again and again: write 2 to "
                 "/proc/sys/kernel/randomize_va_space");
}

Condition clock_source(const fs::path& sys) {
    const std::string value = line_of(sys / "devices/system/clocksource/clocksource0/current_clocksource");
    if (value.empty()) return {"clock source", "not visible from here", State::unknown, ""};
    if (value != "hpet" && value != "acpi_pm" && value != "jiffies") return ok("clock source", value);
    return noisy("clock source", value, "reading it takes microseconds: boot with clocksource=tsc");
}

Condition counters(const fs::path& root) {
    std::error_code ignored;
    const bool there = fs::exists(root / "sys/bus/event_source/devices/cpu", ignored);
    const std::string paranoid = line_of(root / "proc/sys/kernel/perf_event_paranoid");
    return ok("hardware counters", !there ? "none (gates need none)"
                                          : fmt::format("present, perf_event_paranoid {} (gates need none)",
                                                        paranoid.empty() ? "unknown" : paranoid));
}

// Of all time that the first line of /proc/stat accounts for.
std::optional<double> stolen_share(const fs::path& proc) {
    constexpr std::size_t kFields = 8;  // user nice system idle iowait irq softirq steal (proc(5))
    std::istringstream fields(line_of(proc / "stat"));
    std::string name;
    fields >> name;
    double total = 0;
    double last = 0;
    for (std::size_t i = 0; i < kFields; ++i) {
        if (!(fields >> last)) return std::nullopt;
        total += last;
    }
    return total > 0 ? std::optional(last / total) : std::nullopt;
}

Condition stolen(std::string name, std::optional<double> share) {
    if (!share) return {std::move(name), "not visible from here", State::unknown, ""};
    const std::string value = fmt::format("{:.1f} %", 100 * *share);
    if (*share <= kMostStolen) return ok(std::move(name), value);
    return noisy(std::move(name), value,
                 "the host gives the CPU to other guests: a quieter host, or another hour");
}

nanoseconds processor_time() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + nanoseconds(now.tv_nsec);
}

}  // namespace

std::vector<Condition> read_conditions(const Placement& placement, const fs::path& root) {
    const fs::path cpus = root / "sys/devices/system/cpu";
    const fs::path cpu = cpus / fmt::format("cpu{}", placement.workers);
    const fs::path proc = root / "proc";
    return {governor(cpu),
            turbo(cpus),
            siblings(cpu, placement.workers),
            distance(placement),
            isolation(cpus, placement.workers),
            load(proc),
            randomisation(proc),
            clock_source(root / "sys"),
            counters(root),
            stolen("stolen since the start", stolen_share(proc))};
}

Probe probe(nanoseconds duration, const fs::path& turn) {
    Probe probe;
    probe.others_measure = Turn::is_taken(turn);
    errno = 0;
    const int niceness = getpriority(PRIO_PROCESS, 0);
    probe.niceness = errno == 0 ? niceness : 0;
    const auto stolen_before = steal_time(std::nullopt);
    const auto start = std::chrono::steady_clock::now();
    nanoseconds before = processor_time();
    nanoseconds shortest = duration;
    while (probe.duration < duration) {
        const nanoseconds now = processor_time();
        if (now > before) shortest = std::min(shortest, now - before);
        before = now;
        probe.duration = std::chrono::steady_clock::now() - start;
    }
    probe.clock_step = shortest;
    const auto stolen_after = steal_time(std::nullopt);
    if (stolen_before && stolen_after) probe.stolen = *stolen_after - *stolen_before;
    return probe;
}

std::vector<Condition> conditions_of(const Probe& probe) {
    std::optional<double> share;
    if (probe.stolen && probe.duration.count() > 0)
        share = static_cast<double>(probe.stolen->count()) / static_cast<double>(probe.duration.count());
    std::vector<Condition> all{stolen("stolen just now", share)};
    const std::string step = fmt::format("{} ns steps of processor time", probe.clock_step.count());
    const auto most = kMostClockShare * static_cast<double>(nanoseconds(kTargetSlice).count());
    all.push_back(static_cast<double>(probe.clock_step.count()) <= most
                      ? ok("clock", step)
                      : noisy("clock", step, "too coarse for slices: gates void themselves"));
    all.push_back(probe.niceness <= 0 ? ok("niceness", std::to_string(probe.niceness))
                                      : noisy("niceness", std::to_string(probe.niceness),
                                              "everything else goes first: start vmbench without nice"));
    all.push_back(probe.others_measure ? noisy("other runs", "one is measuring now", "wait for it to end")
                                       : ok("other runs", "none is measuring"));
    return all;
}

}  // namespace harness::run
