#include "harness/run/evaluate.h"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstring>

#include "harness/run/gbench.h"

namespace harness::run {

namespace {

std::string seconds(std::chrono::nanoseconds time) {
    return fmt::format("{:g} s", std::chrono::duration<double>(time).count());
}

Result<double> value_of(const GbenchRow& row, const model::Metric& metric, model::TimeSource source) {
    if (metric.name == "time") {
        const double time = source == model::TimeSource::cpu ? row.cpu_ns : row.real_ns;
        if (time <= 0) return fail("it reported a time of 0: nothing was measured");
        return time;
    }
    const auto found = row.counters.find(metric.name);
    if (found == row.counters.end()) return fail("it did not report its metric '{}'", metric.name);
    if (!std::isfinite(found->second)) return fail("its metric '{}' is not finite", metric.name);
    return found->second;
}

Result<void> add_samples(const model::Benchmark& benchmark, const GbenchRow& row, int ordinal,
                         std::vector<model::Sample>& samples) {
    for (const model::Metric& metric : benchmark.metrics) {
        const auto value = value_of(row, metric, benchmark.time_source);
        if (!value) return tl::unexpected(value.error());
        samples.push_back({"", benchmark.id, benchmark.definition_version, metric.name, metric.unit,
                           metric.direction, ordinal, *value, row.iterations});
    }
    return {};
}

Result<std::vector<model::Sample>> samples_of(const model::Benchmark& benchmark, const GbenchOutput& output) {
    std::vector<model::Sample> samples;
    int ordinal = 0;
    for (const GbenchRow& row : output.rows) {
        if (row.name != benchmark.case_id) return fail("it measured '{}' instead", row.name);
        if (!row.error.empty()) return fail("{}", row.error);
        if (auto added = add_samples(benchmark, row, ordinal++, samples); !added)
            return tl::unexpected(added.error());
    }
    if (samples.empty()) return fail("it measured nothing");
    return samples;
}

}  // namespace

std::string bad_ending(const ChildReport& report, std::chrono::nanoseconds time_limit) {
    switch (report.ending) {
        case Ending::exited:
            return {};
        case Ending::signalled:
            return fmt::format("crashed: {}{}", strsignal(report.status), last_words(report.messages));
        case Ending::timed_out:
            return fmt::format("hung: not finished after {}", seconds(time_limit));
        case Ending::flooded:
            return "printed without end";
        case Ending::interrupted:
            return "interrupted";
    }
    return "ended in an unknown way";
}

Evaluation evaluate(const model::Benchmark& benchmark, const ChildReport& report,
                    std::chrono::nanoseconds time_limit) {
    Evaluation result;
    result.error = bad_ending(report, time_limit);
    if (!result.error.empty()) return result;
    const auto output = parse_gbench(report.output);
    if (output) result.context = output->context;
    const auto samples = output ? samples_of(benchmark, *output)
                                : Result<std::vector<model::Sample>>(tl::unexpected(output.error()));
    const bool row_explains = output && !output->rows.empty() && !samples;
    if (report.status != 0 && !row_explains) {
        result.error = fmt::format("exited with {}{}", report.status, last_words(report.messages));
    } else if (!samples) {
        result.error = samples.error().message;
    } else {
        result.samples = *samples;
    }
    return result;
}

std::int64_t exit_status(const ChildReport& report) {
    // Any other ending than by itself is a SIGKILL of ours.
    if (report.ending == Ending::signalled) return 128 + report.status;
    return report.ending == Ending::exited ? report.status : 128 + SIGKILL;
}

std::string exact_filter(const std::string& case_id) {
    std::string filter = "^";
    for (const char c : case_id) {
        if (std::strchr(".[]{}()\\*+?^$|", c) != nullptr) filter += '\\';
        filter += c;
    }
    return filter + "$";
}

std::vector<std::string> benchmark_command(const std::string& program, const std::string& case_id,
                                           std::chrono::nanoseconds slice,
                                           const std::vector<std::string>& flags) {
    std::vector<std::string> arguments = {
        program, "--benchmark_filter=" + exact_filter(case_id),
        fmt::format("--benchmark_min_time={:.6f}", std::chrono::duration<double>(slice).count()),
        "--benchmark_format=json"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    return arguments;
}

}  // namespace harness::run
