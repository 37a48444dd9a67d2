#include "suites/common/slice_runner.h"

#include <chrono>
#include <cmath>
#include <exception>
#include <optional>
#include <sys/resource.h>

#include <fmt/format.h>

namespace suites::common {
namespace {

using harness::model::SliceAnswer;
using harness::model::SliceRequest;
using Run = benchmark::BenchmarkReporter::Run;

// Keeps the result of the only run.
class CollectingReporter final : public benchmark::BenchmarkReporter {
  public:
    bool ReportContext(const Context&) override { return true; }
    void ReportRuns(const std::vector<Run>& report) override {
        if (not report.empty()) {
            run_ = report.front();
        }
    }
    const std::optional<Run>& run() const { return run_; }

  private:
    std::optional<Run> run_;
};

// What this process and its reaped children have used; of processor time the children's part alone, since
// the library's timers know this process better.
struct Used {
    std::int64_t children_ns;
    std::int64_t voluntary_switches;
    std::int64_t involuntary_switches;
};

std::int64_t nanoseconds(const timeval& time) {
    return std::int64_t{time.tv_sec} * 1'000'000'000 + std::int64_t{time.tv_usec} * 1000;
}

Used used() {
    rusage self{};
    rusage children{};
    ::getrusage(RUSAGE_SELF, &self);
    ::getrusage(RUSAGE_CHILDREN, &children);
    return {.children_ns = nanoseconds(children.ru_utime) + nanoseconds(children.ru_stime),
            .voluntary_switches = self.ru_nvcsw + children.ru_nvcsw,
            .involuntary_switches = self.ru_nivcsw + children.ru_nivcsw};
}

SliceAnswer failure(const SliceRequest& request, std::string reason) {
    SliceAnswer answer;
    answer.number = request.number;
    answer.error = std::move(reason);
    return answer;
}

// The iterations to run so that they are `slowdown` times those asked; none when rounding to whole ones would
// make another slowdown of it.
std::optional<std::int64_t> slowed(std::int64_t iterations, double slowdown) {
    constexpr double kTolerance = 0.002;
    const double wanted = static_cast<double>(iterations) * slowdown;
    const auto whole = static_cast<std::int64_t>(std::llround(wanted));
    if (std::abs(static_cast<double>(whole) - wanted) > kTolerance * static_cast<double>(iterations)) {
        return std::nullopt;
    }
    return whole;
}

}  // namespace

SliceRunner::SliceRunner(const Case& entry, double slowdown) : entry_(entry), slowdown_(slowdown) {
    const auto body = [this](benchmark::State& state) {
        const auto started = std::chrono::steady_clock::now();
        entry_.body(state);
        body_seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    };
    benchmark::ClearRegisteredBenchmarks();  // a run is of all that is registered
    registered_ = benchmark::RegisterBenchmark(entry.id.c_str(), body);
    // Rates are counted in the time that the plain mode counts them in.
    registered_->MeasureProcessCPUTime()->Repetitions(1);
    if (entry.time_source == TimeSource::real) {
        registered_->UseRealTime();
    } else if (entry.time_source == TimeSource::manual) {
        registered_->UseManualTime();
    }
}

SliceAnswer SliceRunner::run(const SliceRequest& request) {
    const auto iterations = slowed(request.iterations, slowdown_);
    if (not iterations) {
        return failure(request, fmt::format("{} iterations are too few for a slowdown of {}",
                                            request.iterations, slowdown_));
    }
    registered_->Iterations(*iterations);
    CollectingReporter reporter;
    Used before{};
    try {
        if (entry_.touch) {
            entry_.touch();
        }
        before = used();
        benchmark::RunSpecifiedBenchmarks(&reporter, ".");
    } catch (const std::exception& error) {
        return failure(request, error.what());
    }
    const Used after = used();
    if (not reporter.run()) {
        return failure(request, "the library ran nothing");
    }
    const Run& run = *reporter.run();
    if (run.error_occurred) {
        return failure(request, run.error_message.empty() ? "its check failed" : run.error_message);
    }
    // The library keeps what a case reports by itself as its real time.
    const bool reports = entry_.time_source == TimeSource::manual;
    const std::int64_t real_ns = std::llround(run.real_accumulated_time * 1e9);
    const std::int64_t cpu_ns =
        std::llround(run.cpu_accumulated_time * 1e9) + after.children_ns - before.children_ns;
    SliceAnswer answer;
    answer.number = request.number;
    answer.iterations = slowdown_ == 1 ? run.iterations : request.iterations;
    answer.cpu_ns = reports ? real_ns : cpu_ns;
    answer.wall_ns = reports ? std::llround(body_seconds_ * 1e9) : real_ns;
    answer.voluntary_switches = after.voluntary_switches - before.voluntary_switches;
    answer.involuntary_switches = after.involuntary_switches - before.involuntary_switches;
    for (const auto& [name, counter] : run.counters) {
        answer.counters.emplace(name, counter.value);
    }
    return answer;
}

}  // namespace suites::common
