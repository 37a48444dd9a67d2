#pragma once

#include "harness/judge/summary.h"
#include "harness/model/run.h"
#include "harness/model/verdict.h"
#include "harness/report/format.h"

namespace harness::report::testing {

inline model::Verdict verdict(std::string benchmark, model::VerdictKind kind, model::Effect effect) {
    model::Verdict row;
    row.benchmark = std::move(benchmark);
    row.metric = "time";
    row.unit = "ns";
    row.kind = kind;
    row.effect = effect;
    row.base = 1000;
    row.head = 1000 * effect.ratio;
    row.n_base = 6;
    row.n_head = 6;
    return row;
}

// One row of each role and of most kinds.
inline model::Comparison comparison() {
    using model::VerdictKind;
    model::Comparison result;
    result.baseline = "main";
    result.baseline_runs = {"00000000-0000-4000-8000-000000000001"};
    result.run = "1234abcd-0000-4000-8000-000000000002";
    result.base_revision = "aaa111";
    result.head_revision = "bbb222+dirty";
    result.base_machine_class = result.head_machine_class = "test-cpu-2c-8g-01234567";
    result.verdicts.push_back(verdict("cpu/fib", VerdictKind::regressed, {1.5, 1.25, 1.75}));
    model::Verdict broken;
    broken.benchmark = "cpu/sort";
    broken.metric = "time";
    broken.unit = "ns";
    broken.kind = VerdictKind::failed;
    broken.note = "wrong sum: 3 < 4";
    result.verdicts.push_back(broken);
    result.verdicts.push_back(verdict("memory/raw", VerdictKind::inconclusive, {1.0, 0.875, 1.125}));
    result.verdicts.back().role = model::Role::reference;
    result.verdicts.push_back(verdict("memory/read", VerdictKind::unchanged, {1.0, 0.98, 1.02}));
    result.verdicts.push_back(verdict("memory/read", VerdictKind::unchanged, {1.0, 0.98, 1.02}));
    result.verdicts.back().metric = "bytes_per_second";
    result.verdicts.back().unit = "B/s";
    result.verdicts.back().direction = model::Direction::higher;
    result.verdicts.back().role = model::Role::shown;
    result.overall = model::Effect{1.225, 1.1, 1.36};
    result.notes = {"more runs sharpen it"};
    result.judge_version = "1";
    result.rules_hash = "0123456789abcdef";
    return result;
}

// Two benchmarks of one suite, the second of which failed in one of two processes.
inline model::RunRecord record() {
    model::RunRecord result;
    result.run.id = "1234abcd-0000-4000-8000-000000000002";
    result.run.started_ns = 1'770'091'445'000'000'000;
    result.run.status = model::RunStatus::complete;
    result.run.seed = 7;
    result.run.machine = {"Test CPU", 2, std::int64_t{8} << 30, "6.1.0", "none", true, 1};
    result.builds = {{"build", "bbb222", false, "gcc 12", "-O2", "feed"}};
    const model::Metric time{"time", "ns", model::Direction::lower};
    const model::Metric rate{"bytes_per_second", "B/s", model::Direction::higher};
    for (const char* name : {"raw", "read"}) {
        model::Case definition;
        definition.id = name;
        definition.metrics = {time, rate};
        if (definition.id == "raw") definition.tags = {"reference"};
        if (definition.id == "read") definition.targets = {{"time", "raw", 1.5}};
        result.benchmarks.push_back(model::make_benchmark("memory", definition));
    }
    int position = 0;
    for (const model::Benchmark& benchmark : result.benchmarks) {
        for (int replicate = 0; replicate < 2; ++replicate) {
            model::Process process;
            process.id = "process-" + std::to_string(position);
            process.build_id = "build";
            process.benchmark = benchmark.id;
            process.replicate = replicate;
            process.position = position++;
            const double value = benchmark.case_id == "raw" ? 10 : 20;
            if (position == 4) {
                process.error = "wrong sum: 3 < 4";
            } else {
                result.samples.push_back(
                    {process.id, benchmark.id, 1, "time", "ns", time.direction, 0, value, 100});
                result.samples.push_back(
                    {process.id, benchmark.id, 1, rate.name, rate.unit, rate.direction, 0, 2048, 100});
            }
            result.processes.push_back(process);
        }
    }
    return result;
}

// Three programs in six rounds: natively, by jit, which one of them does not survive, and one of them by
// qemu.
inline model::RunRecord peers_record() {
    model::RunRecord result = record();
    result.benchmarks.clear();
    result.processes.clear();
    result.samples.clear();
    const model::Metric time{"time", "ns", model::Direction::lower};
    struct Row {
        std::string id;
        double value;
        std::vector<std::string> versus;
    };
    const std::vector<Row> rows = {{"crc/jit", 16, {"crc/native", "crc/qemu"}},
                                   {"crc/native", 8, {}},
                                   {"crc/qemu", 32, {"crc/native"}},
                                   {"hash/jit", 0, {"hash/native"}},
                                   {"hash/native", 5, {}},
                                   {"sort/jit", 80, {"sort/native"}},
                                   {"sort/native", 10, {}}};
    for (const Row& row : rows) {
        model::Case definition;
        definition.id = row.id;
        definition.metrics = {time};
        definition.versus = row.versus;
        const model::Benchmark benchmark = model::make_benchmark("peers", definition);
        result.benchmarks.push_back(benchmark);
        for (int round = 0; round < 6; ++round) {
            model::Process process;
            process.id = benchmark.id + std::to_string(round);
            process.build_id = "build";
            process.benchmark = benchmark.id;
            process.replicate = round;
            if (row.value == 0) process.error = "no such engine";
            // The first round of sort/jit is twice as slow.
            const double value = row.value * (round == 0 && row.id == "sort/jit" ? 2 : 1);
            result.samples.push_back(
                {process.id, benchmark.id, 1, "time", "ns", time.direction, 0, value, 1});
            result.processes.push_back(process);
        }
    }
    return result;
}

}  // namespace harness::report::testing
