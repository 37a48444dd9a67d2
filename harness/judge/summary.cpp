#include "harness/judge/summary.h"

#include <algorithm>
#include <cmath>

#include "harness/judge/values.h"

namespace harness::judge {

namespace {

constexpr double kConfidence = 0.95;

SummaryRow summarise(const Measured& entry, std::size_t index) {
    SummaryRow row;
    row.benchmark = entry.benchmark.id;
    row.role = role_of(entry.benchmark, index);
    if (!entry.errors.empty()) row.error = entry.errors.front();
    if (index >= entry.series.size()) return row;
    const Series& series = entry.series[index];
    row.metric = series.metric;
    row.values = series.values;
    if (row.values.empty()) return row;
    row.median = stats::median(row.values);
    row.interval = stats::median_interval(row.values, kConfidence);
    if (*row.median != 0) row.spread = stats::robust_spread(row.values) / std::abs(*row.median);
    return row;
}

void add_targets(std::vector<TargetRow>& rows, const std::vector<Measured>& all, const Measured& entry) {
    for (const model::Target& target : entry.benchmark.targets) {
        const Measured* other = find(all, model::benchmark_id(entry.benchmark.suite, target.vs));
        const Series* own = find(entry, target.metric);
        const Series* theirs = other != nullptr ? find(*other, target.metric) : nullptr;
        if (own == nullptr || theirs == nullptr || own->values.empty() || theirs->values.empty()) continue;
        const double reference = stats::median(theirs->values);
        if (!(reference > 0)) continue;
        const double measured = stats::median(own->values) / reference;
        const bool lower = own->metric.direction == model::Direction::lower;
        rows.push_back({entry.benchmark.id, other->benchmark.id, own->metric, target.ratio, measured,
                        lower ? measured <= target.ratio : measured >= target.ratio});
    }
}

}  // namespace

RunSummary summarise(const model::RunRecord& record) {
    RunSummary summary;
    const auto all = measured(record);
    for (const Measured& entry : all) {
        const std::size_t rows = std::max<std::size_t>(entry.series.size(), 1);
        for (std::size_t i = 0; i < rows; ++i) summary.rows.push_back(summarise(entry, i));
        add_targets(summary.targets, all, entry);
    }
    summary.ratios = ratio_tables(record);
    return summary;
}

}  // namespace harness::judge
