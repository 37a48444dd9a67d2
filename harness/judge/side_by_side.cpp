#include "harness/judge/side_by_side.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "harness/judge/exit_code.h"
#include "harness/judge/suspects.h"
#include "harness/stats/estimators.h"

namespace harness::judge {

namespace {

using model::Comparison;
using model::Effect;
using model::Role;
using model::Verdict;
using model::VerdictKind;

double percent(double logarithm) { return 100 * std::expm1(logarithm); }

Effect as_effect(const stats::Estimate& cost, model::Direction direction) {
    const Effect effect{std::exp(cost.value), std::exp(cost.low), std::exp(cost.high)};
    if (direction == model::Direction::lower) return effect;
    return {1 / effect.ratio, 1 / effect.high, 1 / effect.low};
}

bool is_bounded(const stats::Estimate& estimate) {
    return std::isfinite(estimate.low) && std::isfinite(estimate.high);
}

Verdict blank(const PairedRow& row, const RowFinding& finding) {
    Verdict verdict;
    verdict.benchmark = row.benchmark;
    verdict.metric = row.metric;
    verdict.unit = row.unit;
    verdict.direction = row.direction;
    verdict.role = row.role;
    verdict.base = row.base;
    verdict.head = row.head;
    verdict.threshold = row.threshold;
    verdict.n_base = verdict.n_head = finding.pairs;
    verdict.note = row.note;
    verdict.accepted = row.accepted;
    verdict.owner = row.owner;
    verdict.source = row.source;
    // An end without a bound is no number a report could show; the note says that pairs are missing.
    if (is_bounded(finding.cost)) verdict.effect = as_effect(finding.cost, row.direction);
    return verdict;
}

void add_note(Verdict& verdict, std::string_view text) {
    if (text.empty()) return;
    verdict.note += fmt::format("{}{}", verdict.note.empty() ? "" : "; ", text);
}

std::optional<VerdictKind> kind_of_state(RowState state) {
    switch (state) {
        case RowState::created:
            return VerdictKind::created;
        case RowState::missing:
            return VerdictKind::missing;
        case RowState::failed:
            return VerdictKind::failed;
        case RowState::not_comparable:
            return VerdictKind::not_comparable;
        case RowState::measured:
            break;
    }
    return std::nullopt;
}

// What is known without noise is beyond its threshold or is not.
VerdictKind kind_of_exact(const PairedRow& row, const RowFinding& finding) {
    const double threshold = std::log1p(row.threshold);
    if (finding.cost.value > threshold) return VerdictKind::regressed;
    return finding.cost.value < -threshold ? VerdictKind::improved : VerdictKind::unchanged;
}

VerdictKind kind_of(const PairedRow& row, const RowFinding& finding) {
    if (const auto kind = kind_of_state(row.state)) return *kind;
    if (row.exact) return kind_of_exact(row, finding);
    if (finding.value_alarm || finding.wall_alarm) return VerdictKind::regressed;
    // A row that does not decide alarms nobody; its interval alone says what it seems to be.
    if (!decides(row) && finding.cost.low > std::log1p(row.minimum_effect)) return VerdictKind::regressed;
    const bool harmless = finding.cost.high < std::log1p(row.threshold);
    if (!harmless || (finding.suspect && finding.pairs == 0)) return VerdictKind::inconclusive;
    return finding.improved ? VerdictKind::improved : VerdictKind::unchanged;
}

// What inconclusive rows would have seen; simulated only once a row asks.
class Sight {
  public:
    Sight(const GateSettings& settings, std::size_t suspects) : settings_(settings), suspects_(suspects) {}

    std::string smallest_change(const PairedRow& row, const RowFinding& finding) {
        const auto& seen = finding.suspect ? row.value.fresh : row.value.screening;
        const double spread = stats::robust_spread(std::span(seen).first(finding.pairs));
        if (!sensitivity_) sensitivity_.emplace(design(settings_, suspects_));
        const double change =
            sensitivity_->smallest_change(settings_.power, spread, std::log1p(row.minimum_effect));
        if (!std::isfinite(change)) return "so few pairs see no change at all";
        return fmt::format("a change below {:.1f} % would not have been seen (pairs differ by {:.1f} %)",
                           percent(change), percent(spread));
    }

  private:
    const GateSettings& settings_;
    std::size_t suspects_;
    std::optional<stats::Sensitivity> sensitivity_;
};

std::string why_inconclusive(const PairedRow& row, const RowFinding& finding, const GateSettings& settings,
                             Sight& sight) {
    const std::size_t wanted = finding.suspect ? settings.looks.back().pairs : settings.screening_pairs;
    const auto& values = finding.suspect ? row.value.fresh : row.value.screening;
    if (finding.pairs == 0 && !values.empty()) return "values that are not positive have no ratio";
    if (finding.pairs < wanted) {
        return fmt::format("{} of {} {}pairs were measured", finding.pairs, wanted,
                           finding.suspect ? "fresh " : "");
    }
    return sight.smallest_change(row, finding);
}

std::string guard_note(const RowFinding& finding, const GateSettings& settings) {
    if (!finding.wall_alarm) return "";
    return fmt::format(
        "wall time rose by {:.0f} %, its guard is {:.0f} %: it may sleep, wait or have moved work "
        "to other threads",
        percent(finding.wall.value), 100 * settings.wall_guard);
}

std::string suspicion_note(const PairedRow& row, const RowFinding& finding, const GateSettings& settings) {
    if (row.state != RowState::measured || row.role == Role::shown) return "";
    if (!(finding.cost.value < std::log1p(-settings.suspicious_improvement))) return "";
    return fmt::format(
        "suspicious: better by more than {:.0f} %, check that the benchmark still does its work",
        100 * settings.suspicious_improvement);
}

Verdict verdict_of(const PairedRow& row, const RowFinding& finding, const GateSettings& settings,
                   Sight& sight) {
    Verdict verdict = blank(row, finding);
    verdict.kind = kind_of(row, finding);
    if (verdict.kind == VerdictKind::inconclusive) {
        add_note(verdict, why_inconclusive(row, finding, settings, sight));
    }
    add_note(verdict, guard_note(finding, settings));
    add_note(verdict, suspicion_note(row, finding, settings));
    if (!row.accepted.empty()) add_note(verdict, "accepted: " + row.accepted);
    name_owner(verdict, model::Method::side_by_side);
    return verdict;
}

constexpr double kMeanConfidence = 0.95;

std::optional<Effect> mean_of(const std::vector<double>& ratios) {
    const auto mean = stats::geometric_mean(ratios, kMeanConfidence);
    if (!mean) return std::nullopt;
    return Effect{mean->value, mean->low, mean->high};
}

// Over the screening's pairs of all rows: the suspects' fresh pairs differ in number, and screening them
// alone away would make the mean lean.
void add_means(std::span<const PairedRow> rows, const Findings& findings, Comparison& comparison) {
    std::map<std::string, std::vector<double>> groups;
    std::vector<double> all;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!is_representative(rows[i]) || !std::isfinite(findings.rows[i].screen.value)) continue;
        const double ratio = std::exp(findings.rows[i].screen.value);
        groups[rows[i].group].push_back(ratio);
        all.push_back(ratio);
    }
    comparison.overall = mean_of(all);
    for (const auto& [group, ratios] : groups) {
        if (const auto effect = mean_of(ratios)) comparison.groups.push_back({group, ratios.size(), *effect});
    }
}

// Benchmarks, which may have several rows each, that have a row like this.
std::size_t benchmarks(std::span<const PairedRow> rows, const std::function<bool(std::size_t)>& is_meant) {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (is_meant(i)) names.insert(rows[i].benchmark);
    }
    return names.size();
}

std::size_t suspected_benchmarks(std::span<const PairedRow> rows, const Findings& findings) {
    return benchmarks(rows, [&](std::size_t row) { return findings.rows[row].suspect; });
}

std::string systemic_text(std::span<const PairedRow> rows, const Findings& findings) {
    if (!findings.systemic) return "";
    return fmt::format(
        "systemic: {} unrelated benchmarks are worse together, by {:.1f} % in the middle; look for "
        "one cause, in the build or in the code they share",
        suspected_benchmarks(rows, findings), percent(findings.systemic_cost.value));
}

std::vector<std::string> notes_of(std::span<const PairedRow> rows, const Findings& findings,
                                  const Comparison& comparison, const GateSettings& settings) {
    std::vector<std::string> notes;
    if (!comparison.systemic.empty()) notes.push_back(comparison.systemic);
    const std::size_t deciding = benchmarks(rows, [&](std::size_t row) { return is_tested(rows[row]); });
    const std::size_t suspects = suspected_benchmarks(rows, findings);
    if (suspects > 0) {
        notes.push_back(
            fmt::format("{} of {} benchmarks were suspects after {} pairs and were decided on fresh ones",
                        suspects, deciding, settings.screening_pairs));
    }
    const auto moved = std::ranges::count_if(comparison.verdicts, [](const Verdict& verdict) {
        return verdict.role == Role::reference && verdict.kind == VerdictKind::regressed;
    });
    if (moved > 0) {
        notes.push_back(
            fmt::format("{} of the reference rows, which no change of the program can move, seem worse: "
                        "the machine or the build changed",
                        moved));
    }
    return notes;
}

void list_lacking(std::span<const PairedRow> rows, Step& step,
                  const std::function<bool(std::size_t)>& takes_part) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].exhausted || rows[i].exact || rows[i].state != RowState::measured || !takes_part(i))
            continue;
        const PairValues& value = rows[i].value;
        const auto& pairs = step.pairs == Step::Pairs::fresh ? value.fresh : value.screening;
        if (pairs.size() < step.wanted) step.rows.push_back(i);
    }
}

}  // namespace

Step next_step(std::span<const PairedRow> rows, const GateSettings& settings) {
    Step step{Step::Pairs::screening, settings.screening_pairs, {}};
    list_lacking(rows, step, [](std::size_t) { return true; });
    if (!step.rows.empty()) return step;
    for (std::size_t looks = 0; looks < settings.looks.size(); ++looks) {
        const Findings findings = look(rows, settings, looks);
        step = {Step::Pairs::fresh, settings.looks[looks].pairs, {}};
        list_lacking(rows, step, [&](std::size_t row) { return !findings.rows[row].settled; });
        if (!step.rows.empty()) return step;
    }
    return {};
}

Comparison judge_side_by_side(std::span<const PairedRow> rows, const RunHealth& health,
                              const GateSettings& settings, const HealthLimits& limits) {
    const Findings findings = look(rows, settings, settings.looks.size());
    Comparison comparison;
    comparison.method = model::Method::side_by_side;
    comparison.judge_version = std::string(kSideBySideVersion);
    const Complaints complaints = judge::complaints(health, limits, settings.bad_conditions);
    comparison.void_reason = complaints.void_reason;
    comparison.systemic = systemic_text(rows, findings);
    // Had an inconclusive row changed, it would have been one more suspect than there were.
    Sight sight(settings, findings.hypotheses + 1);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        comparison.verdicts.push_back(verdict_of(rows[i], findings.rows[i], settings, sight));
    }
    std::ranges::stable_sort(comparison.verdicts, {}, [](const Verdict& verdict) {
        return std::pair(verdict.benchmark, verdict.role == Role::shown);
    });
    add_means(rows, findings, comparison);
    comparison.notes = notes_of(rows, findings, comparison, settings);
    if (!complaints.note.empty()) comparison.notes.push_back("bad conditions: " + complaints.note);
    return comparison;
}

}  // namespace harness::judge
