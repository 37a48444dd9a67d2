#pragma once

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "harness/model/run.h"

namespace harness::judge::testing {

inline constexpr const char* kProgram = "program-1";

// A complete run on a fixed machine, to be filled by add().
inline model::RunRecord record(std::string id, std::string program_hash = kProgram) {
    model::RunRecord result;
    result.run.id = std::move(id);
    result.run.status = model::RunStatus::complete;
    result.run.machine = {"Test CPU", 2, std::int64_t{8} << 30, "6.1.0", "none", true, 1};
    result.builds = {{"build", "abc123", false, "gcc 12", "-O2", std::move(program_hash)}};
    return result;
}

inline model::Benchmark benchmark(std::string suite, std::string case_id,
                                  std::vector<std::string> tags = {}) {
    model::Case definition{std::move(case_id), 1,  {{"time", "ns", model::Direction::lower}},
                           std::move(tags),    {}, model::TimeSource::cpu};
    return model::make_benchmark(suite, definition);
}

// Adds a process that sampled these values of one metric.
inline model::Process& add_process(model::RunRecord& record, const model::Benchmark& benchmark,
                                   const model::Metric& metric, const std::vector<double>& samples) {
    model::Process process;
    process.id = fmt::format("{}-{:06}", record.run.id, record.processes.size());
    process.run_id = record.run.id;
    process.build_id = "build";
    process.benchmark = benchmark.id;
    process.definition_version = benchmark.definition_version;
    int ordinal = 0;
    for (const double value : samples) {
        record.samples.push_back({process.id, benchmark.id, benchmark.definition_version, metric.name,
                                  metric.unit, metric.direction, ordinal++, value, 1000});
    }
    record.processes.push_back(std::move(process));
    return record.processes.back();
}

// Adds a benchmark whose processes gave these values of its first metric, one each.
inline void add(model::RunRecord& record, const model::Benchmark& benchmark,
                const std::vector<double>& values) {
    record.benchmarks.push_back(benchmark);
    for (const double value : values) add_process(record, benchmark, benchmark.metrics.front(), {value});
}

// Six values around `middle` that differ by less than one percent.
inline std::vector<double> steady(double middle) {
    return {middle * 0.996, middle * 0.998, middle * 0.999, middle * 1.001, middle * 1.002, middle * 1.004};
}

}  // namespace harness::judge::testing
