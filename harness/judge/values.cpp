#include "harness/judge/values.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "harness/stats/estimators.h"

namespace harness::judge {

namespace {

using model::Process;
using model::RunRecord;
using model::Sample;

Measured& at(std::map<std::string, Measured>& all, const std::string& id) { return all[id]; }

void add_value(Measured& measured, const Sample& first, double value) {
    auto found =
        std::ranges::find(measured.series, first.metric, [](const Series& s) { return s.metric.name; });
    if (found == measured.series.end()) {
        // A metric that the description does not mention comes after those it does.
        measured.series.push_back({{first.metric, first.unit, first.direction}, {}});
        found = std::prev(measured.series.end());
    }
    found->values.push_back(value);
}

void add_samples(std::map<std::string, Measured>& all, const RunRecord& record,
                 const std::set<std::string>& failed) {
    // Sorted by process, so that nothing depends on the order of rows in a store.
    std::map<std::pair<std::string, std::string>, std::vector<const Sample*>> grouped;
    for (const Sample& sample : record.samples) {
        if (!failed.contains(sample.process_id)) {
            grouped[{sample.process_id, sample.metric}].push_back(&sample);
        }
    }
    for (const auto& [key, samples] : grouped) {
        std::vector<double> values;
        for (const Sample* sample : samples) values.push_back(sample->value);
        add_value(at(all, samples.front()->benchmark), *samples.front(), stats::median(values));
    }
}

void merge_into(Measured& target, const Measured& more) {
    for (const Series& series : more.series) {
        auto found =
            std::ranges::find(target.series, series.metric, [](const Series& known) { return known.metric; });
        if (found == target.series.end()) continue;
        found->values.insert(found->values.end(), series.values.begin(), series.values.end());
    }
    target.errors.insert(target.errors.end(), more.errors.begin(), more.errors.end());
    if (target.program_hash != more.program_hash) target.program_hash.clear();
}

}  // namespace

std::vector<Measured> measured(const RunRecord& record) {
    std::map<std::string, Measured> all;
    for (const model::Benchmark& benchmark : record.benchmarks) {
        Measured& entry = at(all, benchmark.id);
        entry.benchmark = benchmark;
        for (const model::Metric& metric : benchmark.metrics) entry.series.push_back({metric, {}});
    }
    std::map<std::string, std::string> hashes;
    for (const model::Build& build : record.builds) hashes[build.id] = build.program_hash;
    std::set<std::string> failed;
    for (const Process& process : record.processes) {
        const auto entry = all.find(process.benchmark);
        if (entry == all.end()) continue;
        entry->second.program_hash = hashes[process.build_id];
        if (process.error.empty()) continue;
        failed.insert(process.id);
        entry->second.errors.push_back(process.error);
    }
    add_samples(all, record, failed);
    std::vector<Measured> result;
    for (auto& [id, entry] : all) {
        if (!entry.benchmark.id.empty()) result.push_back(std::move(entry));
    }
    return result;
}

std::vector<Measured> merged(std::span<const RunRecord> records) {
    std::map<std::string, Measured> all;
    for (auto record = records.rbegin(); record != records.rend(); ++record) {
        for (Measured& entry : measured(*record)) {
            const auto [found, is_first] = all.try_emplace(entry.benchmark.id, entry);
            if (is_first) continue;
            if (found->second.benchmark.definition_version != entry.benchmark.definition_version) continue;
            merge_into(found->second, entry);
        }
    }
    std::vector<Measured> result;
    for (auto& [id, entry] : all) result.push_back(std::move(entry));
    return result;
}

model::Role role_of(const model::Benchmark& benchmark, std::size_t metric_index) {
    if (metric_index > 0) return model::Role::shown;
    return benchmark.is_reference() ? model::Role::reference : model::Role::deciding;
}

const Measured* find(const std::vector<Measured>& sorted, const std::string& id) {
    const auto found =
        std::ranges::lower_bound(sorted, id, {}, [](const Measured& m) { return m.benchmark.id; });
    return found != sorted.end() && found->benchmark.id == id ? &*found : nullptr;
}

const Series* find(const Measured& measured, const std::string& metric) {
    const auto found =
        std::ranges::find(measured.series, metric, [](const Series& s) { return s.metric.name; });
    return found == measured.series.end() ? nullptr : &*found;
}

}  // namespace harness::judge
