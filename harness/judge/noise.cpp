#include "harness/judge/noise.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "harness/stats/estimators.h"
#include "harness/stats/rank.h"

namespace harness::judge {

namespace {

// Three standard deviations of a difference of two sessions: together with the rank interval and the
// threshold, both of which a false alarm must pass as well, it keeps two hundred rows quiet. (compare_test
// simulates it.)
constexpr double kDeviations = 3;

// A spread from five sessions is trusted a third, what is typical of its suite two thirds.
constexpr double kPriorDegrees = 8;

constexpr double kControlQuantile = 0.9;

}  // namespace

bool all_positive(std::span<const double> values) {
    return std::ranges::all_of(values, [](double value) { return value > 0 && std::isfinite(value); });
}

std::vector<double> logarithms(std::span<const double> values) {
    std::vector<double> logs;
    for (const double value : values) logs.push_back(std::log(value));
    return logs;
}

Noise::Noise(std::span<const model::RunRecord> history, const std::vector<Measured>& base,
             const std::vector<Measured>& head, std::size_t base_runs, const std::string& head_run)
    : base_runs_(static_cast<double>(std::max<std::size_t>(base_runs, 1))) {
    learn_sessions(history, head_run);
    learn_typical();
    learn_controls(base, head);
}

void Noise::learn_sessions(std::span<const model::RunRecord> history, const std::string& head_run) {
    std::map<Key, std::map<std::string, std::vector<double>>> medians;  // by series, then by program
    std::set<std::string> seen{head_run};
    for (const model::RunRecord& record : history) {
        if (!seen.insert(record.run.id).second) continue;
        for (const Measured& entry : measured(record)) {
            if (entry.program_hash.empty()) continue;
            for (const Series& series : entry.series) {
                if (series.values.size() < kFewestProcesses || !all_positive(series.values)) continue;
                const Key key{entry.benchmark.id, entry.benchmark.definition_version, series.metric.name,
                              series.metric.unit};
                suites_[key] = entry.benchmark.suite;
                medians[key][entry.program_hash].push_back(std::log(stats::median(series.values)));
            }
        }
    }
    for (const auto& [key, programs] : medians) {
        std::vector<std::vector<double>> groups;
        for (const auto& [program, values] : programs) groups.push_back(values);
        sessions_[key] = stats::session_spread(groups);
    }
}

void Noise::learn_typical() {
    std::map<std::pair<std::string, std::string>, std::vector<double>> deviations;
    for (const auto& [key, spread] : sessions_) {
        if (spread.sessions < kFewestSessions) continue;
        deviations[{suites_[key], key.metric}].push_back(spread.deviation);
    }
    for (const auto& [place, values] : deviations) typical_[place] = stats::median(values);
}

void Noise::learn_controls(const std::vector<Measured>& base, const std::vector<Measured>& head) {
    for (const Measured& entry : head) {
        const Measured* before = find(base, entry.benchmark.id);
        if (!entry.benchmark.is_reference() || before == nullptr || entry.series.empty()) continue;
        if (before->benchmark.definition_version != entry.benchmark.definition_version) continue;
        const Series& after = entry.series.front();
        const Series* earlier = find(*before, after.metric.name);
        if (earlier == nullptr || earlier->metric != after.metric) continue;
        if (std::min(earlier->values.size(), after.values.size()) < kFewestProcesses) continue;
        if (!all_positive(earlier->values) || !all_positive(after.values)) continue;
        const auto shift = stats::shift_interval(logarithms(earlier->values), logarithms(after.values), 0.5);
        if (!shift) continue;
        control_shifts_[entry.benchmark.suite].push_back(std::abs(shift->value));
        all_control_shifts_.push_back(std::abs(shift->value));
    }
}

double Noise::control_shift(const std::string& suite) const {
    const auto own = control_shifts_.find(suite);
    const bool enough = own != control_shifts_.end() && own->second.size() >= kFewestControls;
    const std::vector<double>& shifts = enough ? own->second : all_control_shifts_;
    return shifts.size() < kFewestControls ? 0 : stats::quantile(shifts, kControlQuantile);
}

double Noise::middle_control_shift() const {
    return all_control_shifts_.size() < kFewestControls ? 0 : stats::median(all_control_shifts_);
}

Widening Noise::widening(const model::Benchmark& benchmark, const model::Metric& metric) const {
    Widening result{std::log1p(kAssumedSessionSpread), Widening::Source::assumed, 0};
    const auto known = sessions_.find({benchmark.id, benchmark.definition_version, metric.name, metric.unit});
    if (known != sessions_.end()) {
        result.sessions = known->second.sessions;
        if (result.sessions >= kFewestSessions) {
            const double typical = typical_.at({benchmark.suite, metric.name});
            const double deviation = stats::moderated(known->second, typical, kPriorDegrees);
            result.log_width = kDeviations * deviation * std::sqrt(1 + 1 / base_runs_);
            result.source = Widening::Source::sessions;
        }
    }
    const double controls = control_shift(benchmark.suite);
    if (controls > result.log_width) {
        result.log_width = controls;
        result.source = Widening::Source::controls;
    }
    return result;
}

}  // namespace harness::judge
