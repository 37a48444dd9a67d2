#include "harness/duel/contests.h"

#include <map>

namespace harness::duel {

namespace {

// Why the two do not do the same work; empty when, as far as they say, they do.
std::string difference(const model::Benchmark& base, const model::Benchmark& head) {
    if (base.definition_version != head.definition_version) {
        return fmt::format("its definition is version {} in base, {} in head", base.definition_version,
                           head.definition_version);
    }
    if (base.time_source != head.time_source) {
        return fmt::format("its time is '{}' in base, '{}' in head", model::to_string(base.time_source),
                           model::to_string(head.time_source));
    }
    return "";
}

Contest contest_of(const std::optional<run::Job>& base, const std::optional<run::Job>& head) {
    Contest contest{head ? head->benchmark : base->benchmark, base, head, judge::RowState::measured, ""};
    if (!base) contest.state = judge::RowState::created;
    if (!head) contest.state = judge::RowState::missing;
    if (base && head) contest.note = difference(base->benchmark, head->benchmark);
    if (!contest.note.empty()) contest.state = judge::RowState::not_comparable;
    return contest;
}

}  // namespace

std::vector<Contest> match(const std::vector<run::Job>& base, const std::vector<run::Job>& head) {
    std::map<std::string, std::pair<std::optional<run::Job>, std::optional<run::Job>>> sides;
    for (const run::Job& job : base) sides[job.benchmark.id].first = job;
    for (const run::Job& job : head) sides[job.benchmark.id].second = job;
    std::vector<Contest> contests;
    for (const auto& [id, jobs] : sides) contests.push_back(contest_of(jobs.first, jobs.second));
    return contests;
}

LedgerRow row_of(const Contest& contest, double threshold, double minimum_effect) {
    LedgerRow entry;
    judge::PairedRow& row = entry.row;
    row.benchmark = contest.benchmark.id;
    row.group = contest.benchmark.suite;
    row.metric = "time";
    row.unit = "ns";
    row.direction = model::Direction::lower;
    row.role = contest.benchmark.is_reference() ? model::Role::reference : model::Role::deciding;
    row.state = contest.state;
    row.note = contest.note;
    if (contest.head) row.source = contest.head->benchmark.source;
    row.threshold = threshold;
    row.minimum_effect = minimum_effect;
    entry.time = contest.benchmark.time_source == model::TimeSource::real ? stats::SliceTime::wall
                                                                          : stats::SliceTime::cpu;
    // Processor time decides; then a change of the waiting alone shows in the wall time only.
    if (contest.benchmark.time_source == model::TimeSource::cpu) row.wall.emplace();
    return entry;
}

}  // namespace harness::duel
