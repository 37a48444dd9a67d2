#include "harness/judge/ratios.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <utility>

#include "harness/model/contrast.h"
#include "harness/stats/signed_rank.h"

namespace harness::judge {

namespace {

constexpr double kTail = 0.025;

// By round.
using Rounds = std::map<int, double>;

// What the run says of one benchmark's first metric.
struct Row {
    const model::Benchmark* benchmark = nullptr;
    Rounds values;  // medians of the processes' samples
    std::string error;
};

// By id.
using Rows = std::map<std::string, Row>;

Rows measured_rows(const model::RunRecord& record) {
    Rows rows;
    for (const model::Benchmark& benchmark : record.benchmarks) {
        if (!benchmark.metrics.empty()) rows[benchmark.id].benchmark = &benchmark;
    }
    std::map<std::string, const model::Process*> processes;
    for (const model::Process& process : record.processes) {
        const auto row = rows.find(process.benchmark);
        if (row == rows.end()) continue;
        processes[process.id] = &process;
        if (row->second.error.empty()) row->second.error = process.error;
    }
    std::map<std::string, std::vector<double>> samples;
    for (const model::Sample& sample : record.samples) {
        const auto process = processes.find(sample.process_id);
        if (process == processes.end()) continue;
        const model::Benchmark& benchmark = *rows[process->second->benchmark].benchmark;
        if (sample.metric == benchmark.metrics.front().name) samples[process->first].push_back(sample.value);
    }
    for (const auto& [id, values] : samples) {
        const model::Process& process = *processes[id];
        rows[process.benchmark].values[process.replicate] = stats::median(values);
    }
    return rows;
}

// Of values above zero.
Rounds log_ratios(const Rounds& own, const Rounds& other) {
    Rounds logs;
    for (const auto& [round, value] : own) {
        const auto found = other.find(round);
        if (found == other.end() || !(value > 0) || !(found->second > 0)) continue;
        logs[round] = std::log(value / found->second);
    }
    return logs;
}

std::optional<Ratio> ratio_of(const Rounds& logs) {
    if (logs.empty()) return std::nullopt;
    std::vector<double> values;
    for (const auto& [round, value] : logs) values.push_back(value);
    const stats::Estimate centre = stats::centre(values, kTail, kTail);
    Ratio ratio{std::exp(centre.value), std::nullopt, values.size()};
    if (std::isfinite(centre.low) && std::isfinite(centre.high)) {
        ratio.interval = stats::Estimate{ratio.value, std::exp(centre.low), std::exp(centre.high)};
    }
    return ratio;
}

// The mean over all cells in each round that they all have.
Rounds mean_of(std::span<const Rounds> cells) {
    Rounds sums;
    std::map<int, std::size_t> counts;
    for (const Rounds& cell : cells) {
        for (const auto& [round, value] : cell) {
            sums[round] += value / static_cast<double>(cells.size());
            ++counts[round];
        }
    }
    std::erase_if(sums, [&](const auto& entry) { return counts[entry.first] != cells.size(); });
    return sums;
}

// A benchmark, one that it is compared with, and what tells them apart.
struct Comparison {
    model::Contrast contrast;
    const Row* own;
    const Row* other;
};

std::string problem_of(const Comparison& comparison) {
    return comparison.own->error.empty() ? comparison.other->error : comparison.own->error;
}

RatioColumn column_of(const std::vector<Comparison>& comparisons, const std::vector<std::string>& rows) {
    RatioColumn column;
    column.own = comparisons.front().contrast.own;
    column.other = comparisons.front().contrast.other;
    column.cells.resize(rows.size());
    column.asked = comparisons.size();
    std::vector<Rounds> measured;
    for (const Comparison& comparison : comparisons) {
        const auto row = std::ranges::lower_bound(rows, comparison.contrast.shared);
        RatioCell& cell = column.cells[static_cast<std::size_t>(row - rows.begin())].emplace();
        cell.problem = problem_of(comparison);
        if (!cell.problem.empty()) continue;
        Rounds logs = log_ratios(comparison.own->values, comparison.other->values);
        cell.ratio = ratio_of(logs);
        if (cell.ratio) measured.push_back(std::move(logs));
    }
    column.counted = measured.size();
    if (column.counted > 1) column.mean = ratio_of(mean_of(measured));
    return column;
}

using TableKey = std::pair<std::string, std::string>;   // suite, metric
using ColumnKey = std::pair<std::string, std::string>;  // own, other

RatioTable table_of(const std::map<ColumnKey, std::vector<Comparison>>& columns) {
    const model::Benchmark& first = *columns.begin()->second.front().own->benchmark;
    RatioTable table{first.suite, first.metrics.front(), {}, {}};
    for (const auto& [key, comparisons] : columns) {
        for (const Comparison& comparison : comparisons) table.rows.push_back(comparison.contrast.shared);
    }
    std::ranges::sort(table.rows);
    table.rows.erase(std::unique(table.rows.begin(), table.rows.end()), table.rows.end());
    for (const auto& [key, comparisons] : columns)
        table.columns.push_back(column_of(comparisons, table.rows));
    return table;
}

}  // namespace

std::vector<RatioTable> ratio_tables(const model::RunRecord& record) {
    const Rows rows = measured_rows(record);
    std::map<TableKey, std::map<ColumnKey, std::vector<Comparison>>> tables;
    for (const auto& [id, row] : rows) {
        const model::Benchmark& benchmark = *row.benchmark;
        for (const std::string& versus : benchmark.versus) {
            const auto other = rows.find(model::benchmark_id(benchmark.suite, versus));
            const auto contrast = model::contrast(benchmark.case_id, versus);
            if (other == rows.end() || !contrast) continue;
            const model::Metric& metric = benchmark.metrics.front();
            if (other->second.benchmark->metrics.front() != metric) continue;
            tables[{benchmark.suite, metric.name}][{contrast->own, contrast->other}].push_back(
                {*contrast, &row, &other->second});
        }
    }
    std::vector<RatioTable> result;
    for (const auto& [key, columns] : tables) result.push_back(table_of(columns));
    return result;
}

}  // namespace harness::judge
