#include "harness/duel/ledger.h"

#include <algorithm>

#include "harness/stats/estimators.h"

namespace harness::duel {

using judge::RowState;
using model::Side;
using store::Stage;

namespace {

constexpr std::size_t kFewestForSpread = 6;

}  // namespace

Ledger::Ledger(std::span<const LedgerRow> rows) : standings_(rows.size()) {
    for (const LedgerRow& row : rows) {
        rows_.push_back(row.row);
        times_.push_back(row.time);
        if (row.control) health_.controls.push_back({row.row.benchmark, {}, row.row.minimum_effect});
    }
}

judge::ControlPairs* Ledger::control_of(std::size_t row) {
    const auto found =
        std::ranges::find(health_.controls, rows_[row].benchmark, &judge::ControlPairs::benchmark);
    return found == health_.controls.end() ? nullptr : &*found;
}

std::size_t Ledger::values(std::size_t row, Stage stage) const {
    if (stage == Stage::screening) return rows_[row].value.screening.size();
    if (stage == Stage::fresh) return rows_[row].value.fresh.size();
    const auto found =
        std::ranges::find(health_.controls, rows_[row].benchmark, &judge::ControlPairs::benchmark);
    return found == health_.controls.end() ? 0 : found->values.size();
}

void Ledger::note(std::size_t row, Stage stage, const model::Pair& pair) {
    if (pair.ending == model::PairEnding::interrupted) return;
    ++pairs_;
    stage == Stage::control ? note_control(row, pair) : note_row(row, stage, pair);
}

void Ledger::note_control(std::size_t row, const model::Pair& pair) {
    Standing& standing = standings_[row];
    if (pair.ending != model::PairEnding::measured) {
        ++standing.control_failures;
        return;
    }
    standing.control_failures = 0;
    note_health(pair);
    judge::ControlPairs* control = control_of(row);
    const auto value = stats::pair_value(pair.slices, times_[row]);
    if (control != nullptr && value) control->values.push_back(*value);
}

void Ledger::note_row(std::size_t row, Stage stage, const model::Pair& pair) {
    judge::PairedRow& about = rows_[row];
    Standing& standing = standings_[row];
    switch (pair.ending) {
        case model::PairEnding::not_comparable:
            about.state = RowState::not_comparable;
            about.note = pair.error;
            break;
        case model::PairEnding::failed:
            if (++standing.failures < kFailuresInARow) break;
            about.state = RowState::failed;
            about.note = pair.error;
            break;
        case model::PairEnding::measured:
            standing.failures = 0;
            note_health(pair);
            note_times(row, pair);
            note_values(row, stage, pair);
            break;
        case model::PairEnding::interrupted:
            break;
    }
}

void Ledger::note_values(std::size_t row, Stage stage, const model::Pair& pair) {
    const auto value = stats::pair_value(pair.slices, times_[row]);
    if (!value) return;
    judge::PairedRow& about = rows_[row];
    const auto list = [stage](judge::PairValues& values) -> std::vector<double>& {
        return stage == Stage::screening ? values.screening : values.fresh;
    };
    list(about.value).push_back(*value);
    if (!about.wall) return;
    if (const auto wall = stats::pair_value(pair.slices, stats::SliceTime::wall))
        list(*about.wall).push_back(*wall);
}

void Ledger::note_times(std::size_t row, const model::Pair& pair) {
    for (const model::Slice& slice : pair.slices) {
        if (slice.fate != model::Fate::kept || slice.iterations == 0) continue;
        const std::int64_t time = times_[row] == stats::SliceTime::cpu ? slice.cpu_ns : slice.wall_ns;
        Standing& standing = standings_[row];
        auto& times = slice.side == Side::base ? standing.base : standing.head;
        times.push_back(static_cast<double>(time) / static_cast<double>(slice.iterations));
    }
}

void Ledger::note_health(const model::Pair& pair) {
    for (const Side side : {Side::base, Side::head}) {
        const stats::Rejection seen = stats::rejection(pair.slices, side);
        judge::Rejections& total = side == Side::base ? health_.base : health_.head;
        total.slices += seen.slices;
        total.dropped += seen.disturbed;
    }
    if (pair.steal_ns) {
        stolen_ns_ += *pair.steal_ns;
        seen_ns_ += pair.duration_ns;
    }
    for (const model::Slice& slice : pair.slices) {
        // Whole processes are switched while they start and wait for their children, too.
        const bool counts = pair.method == model::PairMethod::slices;
        if (counts) switches_ += slice.involuntary_switches;
        if (counts) wall_ns_ += slice.wall_ns;
        const auto shortest = static_cast<double>(std::min(slice.cpu_ns, slice.wall_ns));
        if (slice.fate != model::Fate::kept) continue;
        if (health_.shortest_slice_ns == 0 || shortest < health_.shortest_slice_ns)
            health_.shortest_slice_ns = shortest;
    }
    health_.stolen = seen_ns_ == 0 ? 0 : static_cast<double>(stolen_ns_) / static_cast<double>(seen_ns_);
    health_.context_switches =
        wall_ns_ == 0 ? 0 : static_cast<double>(switches_) * 1e9 / static_cast<double>(wall_ns_);
    health_.clock_step_ns = std::max(health_.clock_step_ns, static_cast<double>(pair.clock_resolution_ns));
}

void Ledger::show_times() {
    for (std::size_t row = 0; row < rows_.size(); ++row) {
        const Standing& standing = standings_[row];
        if (!standing.base.empty()) rows_[row].base = stats::median(standing.base);
        if (!standing.head.empty()) rows_[row].head = stats::median(standing.head);
    }
}

std::optional<double> spread_of(std::span<const store::StoredPair> pairs) {
    std::vector<double> values;
    for (const store::StoredPair& stored : pairs) {
        const auto value = stats::pair_value(stored.pair.slices, stats::SliceTime::cpu);
        if (value) values.push_back(*value);
    }
    if (values.size() < kFewestForSpread) return std::nullopt;
    return stats::robust_spread(values);
}

}  // namespace harness::duel
