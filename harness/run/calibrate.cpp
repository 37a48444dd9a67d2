#include "harness/run/calibrate.h"

#include <algorithm>
#include <cmath>

namespace harness::run {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

// Enough for the count to grow tenfold each time and settle.
constexpr int kMostAttempts = 24;
constexpr double kWaitingLimit = 4;

double decisive_ns(const model::SliceAnswer& answer, model::TimeSource source) {
    const auto wall = static_cast<double>(answer.wall_ns);
    if (source == model::TimeSource::real) return wall;
    return std::max(static_cast<double>(answer.cpu_ns), wall / kWaitingLimit);
}

// The next count to try: what would take the target, but not ten times more at once, because what a few
// iterations took may be the cost of the first one alone.
std::int64_t next_count(std::int64_t iterations, double took_ns, double target_ns) {
    const double factor = std::min(target_ns / took_ns, 10.0);
    const double count = std::round(static_cast<double>(iterations) * factor);
    return std::clamp<std::int64_t>(static_cast<std::int64_t>(count), 1, model::kMostIterations);
}

}  // namespace

Result<FoundIterations> find_iterations(const RunIterations& run, model::TimeSource source,
                                        nanoseconds target) {
    const auto target_ns = static_cast<double>(target.count());
    std::int64_t asked = 1;
    for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
        const auto answer = run(asked);
        if (!answer) return tl::unexpected(answer.error());
        const double took_ns = decisive_ns(*answer, source);
        const FoundIterations found{answer->iterations, nanoseconds(std::llround(took_ns))};
        const std::int64_t next = next_count(answer->iterations, took_ns, target_ns);
        const bool near = took_ns >= target_ns * 2 / 3 && took_ns <= target_ns * 3 / 2;
        // A batch cannot be cut: fewer iterations than asked last time would run as many.
        const bool least = took_ns > target_ns && (asked == 1 || next >= asked);
        // The first slice is never taken: it pays for what happens once.
        if (attempt > 0 && (near || least)) return found;
        asked = next;
    }
    return fail("cannot find an iteration count: the time of a slice does not follow its iterations");
}

Result<Calibration> calibrate(const WorkerStart& what, nanoseconds target, Interrupts& interrupts) {
    const auto started = Clock::now();
    auto worker = Worker::start(what, interrupts);
    if (!worker) return tl::unexpected(worker.error());
    const nanoseconds greeted = Clock::now() - started;
    Calibration calibration;
    calibration.hello = worker->hello();
    nanoseconds once{};
    const auto run = [&](std::int64_t iterations) {
        const auto asked = Clock::now();
        auto answer = worker->slice(iterations, interrupts);
        calibration.round_trip = Clock::now() - asked;
        // The first answer: all beyond its timed loop, most of which is set-up that is kept.
        if (once == nanoseconds{} && answer) once = calibration.round_trip - nanoseconds(answer->wall_ns);
        return answer;
    };
    const auto found = find_iterations(run, calibration.hello.time_source, target);
    if (!found) return tl::unexpected(found.error());
    calibration.iterations = found->iterations;
    calibration.slice = found->slice;
    calibration.start_up = greeted + once;
    return calibration;
}

}  // namespace harness::run
