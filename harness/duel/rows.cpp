#include "harness/duel/rows.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "harness/run/code_size.h"

namespace harness::duel {

namespace {

using judge::RowState;

// What the reviewed files say of a row whose benchmark and metric are set.
void apply(const RowTerms& terms, const model::Benchmark& benchmark, judge::PairedRow& row) {
    const judge::Policy policy = judge::policy_for(terms.rules, benchmark, row.metric);
    row.threshold = policy.threshold;
    row.minimum_effect = judge::minimum_effect(std::max(terms.min_effect, policy.min_effect), 0);
    row.owner = policy.owner;
    const judge::Acceptability found =
        judge::acceptability(terms.accepted, row.benchmark, row.metric, terms.today);
    row.accepted = found.reason;
    if (found.expired.empty()) return;
    row.note += fmt::format("{}its acceptance ended on {}", row.note.empty() ? "" : "; ", found.expired);
}

LedgerRow time_row(const Contest& contest, const RowTerms& terms) {
    LedgerRow entry = row_of(contest, judge::kDefaultThreshold, judge::kSmallestMinimumEffect);
    apply(terms, contest.benchmark, entry.row);
    return entry;
}

// Shown and decided like the time of the benchmark, but not part of means.
LedgerRow metric_row(const model::Benchmark& benchmark, const model::Metric& metric, const RowTerms& terms) {
    LedgerRow entry;
    entry.row.benchmark = benchmark.id;
    entry.row.group = benchmark.suite;
    entry.row.metric = metric.name;
    entry.row.unit = metric.unit;
    entry.row.direction = metric.direction;
    entry.row.primary = false;
    apply(terms, benchmark, entry.row);
    return entry;
}

bool can_gate_more(const Contest& contest) {
    return contest.state == RowState::measured && !contest.benchmark.is_reference();
}

void measure_size(const Contest& contest, judge::PairedRow& row) {
    if (!contest.head->command.empty()) {
        row.state = RowState::failed;
        row.note = "a command line has no code whose size could be told";
        return;
    }
    const auto base = run::code_bytes(contest.base->program);
    const auto head = run::code_bytes(contest.head->program);
    if (!base || !head) {
        row.state = RowState::failed;
        row.note = (base ? head : base).error().message;
        return;
    }
    row.base = static_cast<double>(*base);
    row.head = static_cast<double>(*head);
    row.exact = std::log(*row.head / *row.base);
}

}  // namespace

Result<std::vector<LedgerRow>> rows_of(std::span<const Contest> contests, const RowTerms& terms) {
    std::vector<LedgerRow> rows;
    for (const Contest& contest : contests) rows.push_back(time_row(contest, terms));
    for (const Contest& contest : contests) {
        if (!can_gate_more(contest)) continue;
        const auto metrics = judge::gated_metrics(terms.rules, contest.benchmark);
        if (!metrics) return tl::unexpected(metrics.error());
        for (const model::Metric& metric : *metrics)
            rows.push_back(metric_row(contest.benchmark, metric, terms));
    }
    std::set<std::string> suites;
    for (const Contest& contest : contests) {
        const std::string& suite = contest.benchmark.suite;
        if (!contest.base || !contest.head || !judge::gates_size(terms.rules, suite)) continue;
        if (!suites.insert(suite).second) continue;
        const model::Benchmark program = judge::suite_program(suite);
        rows.push_back(metric_row(program, program.metrics.front(), terms));
        measure_size(contest, rows.back().row);
    }
    return rows;
}

}  // namespace harness::duel
