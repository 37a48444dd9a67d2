#include "harness/run/alternate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <utility>

#include "harness/run/child.h"
#include "harness/run/evaluate.h"
#include "harness/run/interleave.h"
#include "harness/run/surroundings.h"

namespace harness::run {

namespace {

using model::Side;

// Time of all iterations of all results, by one of the clocks.
struct Reading {
    std::int64_t iterations = 0;
    std::int64_t ns = 0;
};

Result<Reading> read_benchmark(const std::string& case_id, model::TimeSource source,
                               const ChildReport& report, std::chrono::nanoseconds time_limit) {
    model::Benchmark benchmark;
    benchmark.case_id = case_id;
    benchmark.metrics = {{"time", "ns", model::Direction::lower}};
    benchmark.time_source = source;
    const auto evaluation = evaluate(benchmark, report, time_limit);
    if (!evaluation.error.empty()) return fail("{}", evaluation.error);
    Reading reading;
    double ns = 0;
    for (const auto& sample : evaluation.samples) {
        reading.iterations += sample.iterations;
        ns += sample.value * static_cast<double>(sample.iterations);
    }
    constexpr double kLongest = 1e18;
    reading.ns = std::max<std::int64_t>(std::llround(std::min(ns, kLongest)), 1);
    return reading;
}

Result<model::SliceAnswer> read_times(const AlternateSettings& settings, const ChildReport& report) {
    model::SliceAnswer answer;
    if (settings.time == ProcessTime::google_benchmark) {
        const auto cpu =
            read_benchmark(settings.case_id, model::TimeSource::cpu, report, settings.time_limit);
        if (!cpu) return tl::unexpected(cpu.error());
        const auto wall =
            read_benchmark(settings.case_id, model::TimeSource::real, report, settings.time_limit);
        if (!wall) return tl::unexpected(wall.error());
        answer.iterations = cpu->iterations;
        answer.cpu_ns = cpu->ns;
        answer.wall_ns = wall->ns;
        return answer;
    }
    if (const auto problem = bad_ending(report, settings.time_limit); !problem.empty()) {
        return fail("{}", problem);
    }
    if (report.status != 0) return fail("exited with {}{}", report.status, last_words(report.messages));
    answer.iterations = 1;
    answer.cpu_ns = (report.user + report.system).count();
    answer.wall_ns = report.duration.count();
    if (answer.cpu_ns <= 0) return fail("used no processor time that could be measured");
    return answer;
}

class PairOfProcesses {
  public:
    PairOfProcesses(const CommandLines& commands, const AlternateSettings& settings, Interrupts& interrupts)
        : commands_(commands), settings_(settings), interrupts_(interrupts), random_(settings.seed) {}

    model::Pair measure(const RunCanary& run_canary) {
        const Side first = random_() % 2 == 0 ? Side::base : Side::head;
        auto pair = interleave([this](Side side) { return run(side); }, run_canary,
                               {.first = first,
                                .warm_ups = settings_.warm_ups,
                                .wanted = settings_.couples,
                                .most = settings_.most_couples});
        pair.base.max_rss_bytes = max_rss_bytes_[0];
        pair.head.max_rss_bytes = max_rss_bytes_[1];
        return pair;
    }

  private:
    Result<model::SliceAnswer> run(Side side) {
        Command command;
        command.arguments = side == Side::base ? commands_.base : commands_.head;
        command.environment = {padding_variable(random_)};
        command.time_limit = settings_.time_limit;
        if (settings_.placement) command.cpu = settings_.placement->workers;
        const auto report = run_child(command, interrupts_);
        if (!report) return tl::unexpected(report.error());
        auto& rss = max_rss_bytes_[side == Side::base ? 0 : 1];
        rss = std::max(rss, report->max_rss_bytes);
        auto answer = read_times(settings_, *report);
        if (answer) {
            answer->voluntary_switches = report->voluntary_switches;
            answer->involuntary_switches = report->involuntary_switches;
        }
        return answer;
    }

    const CommandLines& commands_;
    const AlternateSettings& settings_;
    Interrupts& interrupts_;
    std::mt19937_64 random_;
    std::array<std::int64_t, 2> max_rss_bytes_{};
};

}  // namespace

model::Pair alternate(const CommandLines& commands, const AlternateSettings& settings,
                      Interrupts& interrupts) {
    auto pair = measure_in_place(settings.placement, interrupts, [&](const RunCanary& run_canary) {
        return PairOfProcesses(commands, settings, interrupts).measure(run_canary);
    });
    pair.method = model::PairMethod::processes;
    pair.seed = settings.seed;
    pair.base.program = fmt::format("{}", fmt::join(commands.base, " "));
    pair.head.program = fmt::format("{}", fmt::join(commands.head, " "));
    return pair;
}

}  // namespace harness::run
