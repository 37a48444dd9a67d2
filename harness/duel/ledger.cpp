#include "harness/duel/ledger.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "harness/judge/rules.h"
#include "harness/stats/estimators.h"

namespace harness::duel {

using judge::RowState;
using model::Side;
using store::Stage;

namespace {

constexpr std::size_t kFewestForSpread = 6;

// A metric of one side that is not its time; none when its process did not report it.
std::optional<double> amount(const model::PairSide& side, const std::string& metric) {
    if (metric == judge::kMemory) {
        if (side.max_rss_bytes == 0) return std::nullopt;
        return static_cast<double>(side.max_rss_bytes);
    }
    const auto found = side.counters.find(metric);
    return found == side.counters.end() ? std::nullopt : std::optional(found->second);
}

double seconds(std::int64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1e9; }

// Nothing on both sides is no change.
double log_ratio(double base, double head) { return base == head ? 0 : std::log(head / base); }

std::vector<double>& list(judge::PairValues& values, Stage stage) {
    return stage == Stage::screening ? values.screening : values.fresh;
}

// Whether it is filled by the pairs of another row of its benchmark.
bool follows(const judge::PairedRow& row) { return !row.primary && !row.exact; }

}  // namespace

Ledger::Ledger(std::span<const LedgerRow> rows) : standings_(rows.size()) {
    for (const LedgerRow& row : rows) {
        rows_.push_back(row.row);
        times_.push_back(row.time);
        const auto first = std::ranges::find(rows_, row.row.benchmark, &judge::PairedRow::benchmark);
        leaders_.push_back(follows(row.row) ? static_cast<std::size_t>(first - rows_.begin())
                                            : rows_.size() - 1);
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
    if (stage == Stage::control) return note_control(row, pair);
    note_row(row, stage, pair);
    for (std::size_t other = 0; other < rows_.size(); ++other) {
        if (other != row && leaders_[other] == row) note_further(other, stage, pair);
    }
}

void Ledger::exhaust(std::size_t row) {
    for (std::size_t other = 0; other < rows_.size(); ++other) {
        if (leaders_[other] == row) rows_[other].exhausted = true;
    }
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
    list(about.value, stage).push_back(*value);
    if (!about.wall) return;
    if (const auto wall = stats::pair_value(pair.slices, stats::SliceTime::wall))
        list(*about.wall, stage).push_back(*wall);
}

void Ledger::note_further(std::size_t row, Stage stage, const model::Pair& pair) {
    judge::PairedRow& about = rows_[row];
    const judge::PairedRow& first = rows_[leaders_[row]];
    if (first.state != RowState::measured) {
        // It has no fate of its own: what excuses the one excuses the other.
        about.state = first.state;
        about.note = first.note;
        about.accepted = first.accepted;
    }
    if (about.state != RowState::measured || pair.ending != model::PairEnding::measured) return;
    const auto base = amount(pair.base, about.metric);
    const auto head = amount(pair.head, about.metric);
    if (!base || !head) {
        about.state = RowState::failed;
        about.note = fmt::format("{}'s process does not report '{}'", base ? "head" : "base", about.metric);
        return;
    }
    standings_[row].base.push_back(*base);
    standings_[row].head.push_back(*head);
    list(about.value, stage).push_back(log_ratio(*base, *head));
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
        health_.stolen_seconds += seconds(*pair.steal_ns);
        health_.watched_seconds += seconds(pair.duration_ns);
    }
    for (const model::Slice& slice : pair.slices) {
        // Whole processes are switched while they start and wait for their children, too.
        const bool counts = pair.method == model::PairMethod::slices;
        if (counts) health_.interruptions += static_cast<double>(slice.involuntary_switches);
        if (counts) health_.sliced_seconds += seconds(slice.wall_ns);
        const auto shortest = static_cast<double>(std::min(slice.cpu_ns, slice.wall_ns));
        if (slice.fate != model::Fate::kept) continue;
        if (health_.shortest_slice_ns == 0 || shortest < health_.shortest_slice_ns)
            health_.shortest_slice_ns = shortest;
    }
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
