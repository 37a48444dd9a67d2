#include "harness/judge/compare.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "harness/judge/decide.h"
#include "harness/judge/exit_code.h"
#include "harness/judge/noise.h"
#include "harness/judge/notes.h"
#include "harness/judge/values.h"
#include "harness/stats/estimators.h"

namespace harness::judge {

namespace {

using model::Comparison;
using model::Role;
using model::RunRecord;
using model::Verdict;
using model::VerdictKind;

Verdict blank(const Measured& entry, std::size_t metric_index, const Rules& rules) {
    Verdict verdict;
    verdict.benchmark = entry.benchmark.id;
    if (metric_index < entry.series.size()) {
        const model::Metric& metric = entry.series[metric_index].metric;
        verdict.metric = metric.name;
        verdict.unit = metric.unit;
        verdict.direction = metric.direction;
    }
    verdict.role = role_of(entry.benchmark, metric_index);
    const Policy policy = policy_for(rules, entry.benchmark, verdict.metric);
    verdict.threshold = policy.threshold;
    verdict.owner = policy.owner;
    return verdict;
}

// One row for a benchmark that only one side has, or that failed.
Verdict whole_row(const Measured& entry, VerdictKind kind, std::string note, const Rules& rules) {
    Verdict verdict = blank(entry, 0, rules);
    verdict.kind = kind;
    verdict.note = std::move(note);
    const std::vector<double> values = entry.series.empty() ? std::vector<double>{} : entry.series[0].values;
    const bool is_base = kind == VerdictKind::missing;
    (is_base ? verdict.n_base : verdict.n_head) = values.size();
    if (!values.empty()) (is_base ? verdict.base : verdict.head) = stats::median(values);
    return verdict;
}

std::string failure_note(const std::vector<std::string>& errors) {
    return errors.size() == 1 ? errors[0] : fmt::format("{} ({} processes failed)", errors[0], errors.size());
}

// Why the head's series cannot be set against the baseline's; empty when it can.
std::string new_series_reason(const Measured& base, const Series& head) {
    const Series* before = find(base, head.metric.name);
    if (before == nullptr) return "the baseline has no such metric";
    if (before->metric.unit != head.metric.unit) {
        return fmt::format("its unit was '{}' in the baseline", before->metric.unit);
    }
    if (before->metric.direction != head.metric.direction) return "its better direction was the other one";
    return "";
}

// All verdicts on one benchmark.
std::vector<Verdict> judge(const Measured& head, const Measured* base, const Noise& noise,
                           const Rules& rules) {
    if (!head.errors.empty()) return {whole_row(head, VerdictKind::failed, failure_note(head.errors), rules)};
    const bool unmeasured = head.series.empty() || head.series[0].values.empty();
    if (base == nullptr) {
        return {whole_row(head, VerdictKind::created, unmeasured ? "the run did not get to it" : "", rules)};
    }
    if (unmeasured) return {whole_row(*base, VerdictKind::missing, "the run did not get to it", rules)};
    const int before = base->benchmark.definition_version;
    const int now = head.benchmark.definition_version;
    if (before != now) {
        const auto note =
            fmt::format("its definition changed from version {} to {}: a new series", before, now);
        return {whole_row(head, VerdictKind::created, note, rules)};
    }
    std::vector<Verdict> verdicts;
    for (std::size_t i = 0; i < head.series.size(); ++i) {
        const Series& series = head.series[i];
        Verdict verdict = blank(head, i, rules);
        verdict.note = new_series_reason(*base, series);
        if (verdict.note.empty()) {
            const Series& earlier = *find(*base, series.metric.name);
            const Widening widening = noise.widening(head.benchmark, series.metric);
            verdict = decide(std::move(verdict), earlier, series, widening, kConfidence);
        } else {
            verdict.kind = VerdictKind::created;
            verdict.n_head = series.values.size();
            if (!series.values.empty()) verdict.head = stats::median(series.values);
        }
        verdicts.push_back(std::move(verdict));
    }
    return verdicts;
}

std::vector<Verdict> judge_all(const std::vector<Measured>& base, const std::vector<Measured>& head,
                               const Noise& noise, const Rules& rules) {
    std::vector<Verdict> all;
    std::set<std::string> suites;
    for (const Measured& entry : head) {
        suites.insert(entry.benchmark.suite);
        for (Verdict& verdict : judge(entry, find(base, entry.benchmark.id), noise, rules)) {
            all.push_back(std::move(verdict));
        }
    }
    for (const Measured& entry : base) {
        // A suite that was not run at all is one note, not a hundred rows. (notes.cpp)
        if (find(head, entry.benchmark.id) != nullptr || !suites.contains(entry.benchmark.suite)) continue;
        all.push_back(whole_row(entry, VerdictKind::missing, "", rules));
    }
    for (Verdict& verdict : all) name_owner(verdict, model::Method::stored);
    std::ranges::stable_sort(all, {}, [](const Verdict& verdict) { return verdict.benchmark; });
    return all;
}

std::optional<model::Effect> overall(const std::vector<Verdict>& verdicts) {
    std::vector<double> costs;
    for (const Verdict& verdict : verdicts) {
        if (verdict.role != Role::deciding || !verdict.effect) continue;
        costs.push_back(as_cost(*verdict.effect, verdict.direction).ratio);
    }
    const auto mean = stats::geometric_mean(costs, 0.95);
    if (!mean) return std::nullopt;
    return model::Effect{mean->value, mean->low, mean->high};
}

std::string revisions(std::span<const RunRecord> records) {
    std::vector<std::string> names;
    for (const RunRecord& record : records) {
        for (const model::Build& build : record.builds) {
            const std::string name = fmt::format("{}{}", build.revision, build.dirty ? "+dirty" : "");
            if (std::ranges::find(names, name) == names.end()) names.push_back(name);
        }
    }
    return fmt::format("{}", fmt::join(names, ", "));
}

Comparison header(const CompareInput& input, const Rules& rules) {
    Comparison comparison;
    comparison.baseline = input.baseline_name;
    for (const RunRecord& record : input.baseline) comparison.baseline_runs.push_back(record.run.id);
    comparison.run = input.head->run.id;
    comparison.base_revision = revisions(input.baseline);
    comparison.head_revision = revisions({input.head, 1});
    comparison.head_machine_class = machine_class(input.head->run.machine);
    comparison.base_machine_class = comparison.head_machine_class;
    for (const RunRecord& record : input.baseline) {
        const std::string base_class = machine_class(record.run.machine);
        if (base_class == comparison.head_machine_class) continue;
        comparison.base_machine_class = base_class;
        comparison.cross_machine = true;
    }
    comparison.judge_version = std::string(kJudgeVersion);
    comparison.rules_hash = rules_hash(rules);
    return comparison;
}

std::string refusal(const CompareInput& input, const Comparison& comparison) {
    if (input.baseline.empty()) return fmt::format("baseline '{}' has no runs", input.baseline_name);
    if (!comparison.cross_machine || input.cross_machine == CrossMachine::allow) return "";
    return fmt::format(
        "the baseline was measured on '{}', the run on '{}': ratios would compare machines "
        "(--allow-cross-machine compares them all the same)",
        comparison.base_machine_class, comparison.head_machine_class);
}

}  // namespace

Comparison compare(const CompareInput& input, const Rules& rules) {
    Comparison comparison = header(input, rules);
    comparison.refusal = refusal(input, comparison);
    if (!comparison.refusal.empty()) return comparison;
    const auto base = merged(input.baseline);
    const auto head = measured(*input.head);
    std::vector<RunRecord> history(input.baseline.begin(), input.baseline.end());
    history.insert(history.end(), input.history.begin(), input.history.end());
    const Noise noise(history, base, head, input.baseline.size(), input.head->run.id);
    comparison.verdicts = judge_all(base, head, noise, rules);
    comparison.overall = overall(comparison.verdicts);
    comparison.void_reason = comparison.cross_machine ? "" : void_reason(noise);
    comparison.notes = notes(comparison, base, head, noise, *input.head, rules.default_threshold);
    return comparison;
}

}  // namespace harness::judge
