#include "harness/cli/nights.h"

#include <algorithm>
#include <map>

#include "harness/cli/text.h"
#include "harness/duel/night_points.h"
#include "harness/run/git.h"
#include "harness/store/runs.h"

namespace harness::cli {

namespace {

const model::Metric& time_metric() {
    static const model::Metric kTime{"time", "ns", model::Direction::lower};
    return kTime;
}

// When the night's run was last heard of.
Result<std::int64_t> last_sign(store::Connection& connection, const store::Night& night) {
    if (night.run_id.empty()) return night.started_ns;
    const auto run = store::find_run(connection, night.run_id);
    if (!run) return tl::unexpected(run.error());
    return run->run.finished_ns.value_or(run->run.started_ns);
}

// Of the range's own commits; nothing where the repository does not know both ends.
std::optional<std::int64_t> count_commits(const std::string& repository, const std::string& from,
                                          const std::string& to, run::Interrupts& interrupts) {
    const auto text = run::git(repository, {"rev-list", "--count", from + ".." + to}, interrupts);
    if (!text) return std::nullopt;
    const std::int64_t count = std::strtoll(text->c_str(), nullptr, 10);
    return count > 0 ? std::optional(count) : std::nullopt;
}

}  // namespace

Result<std::size_t> store_points(store::Connection& connection, const store::Night& night) {
    if (night.run_id.empty()) return 0;
    const auto pairs = store::pairs_of_run(connection, night.run_id);
    if (!pairs) return tl::unexpected(pairs.error());
    const auto wall_timed = store::wall_timed(connection);
    if (!wall_timed) return tl::unexpected(wall_timed.error());
    const auto points = duel::points_of_pairs(*pairs, *wall_timed);
    auto transaction = store::Transaction::begin(connection);
    if (!transaction) return tl::unexpected(transaction.error());
    const store::RandomSource random = store::system_random();
    for (duel::BenchmarkPoint of : points) {
        const auto trend = store::record_trend(connection, of.benchmark, of.definition_version, time_metric(),
                                               night.machine_class, random);
        if (!trend) return tl::unexpected(trend.error());
        of.point.night = night.number;
        if (auto done = store::record_point(connection, *trend, of.point); !done)
            return tl::unexpected(done.error());
    }
    if (auto done = transaction->commit(); !done) return tl::unexpected(done.error());
    return points.size();
}

Result<std::size_t> close_abandoned_nights(store::Connection& connection) {
    const auto nights = store::list_nights(connection);
    if (!nights) return tl::unexpected(nights.error());
    std::size_t closed = 0;
    for (const store::Night& night : *nights) {
        if (night.status != model::RunStatus::running) continue;
        auto points = store_points(connection, night);
        if (!points) return points;
        const auto end = last_sign(connection, night);
        if (!end) return tl::unexpected(end.error());
        auto done = store::finish_night(connection, night.number, model::RunStatus::interrupted, *end,
                                        "incomplete: vmbench was killed");
        if (!done) return tl::unexpected(done.error());
        ++closed;
    }
    return closed;
}

Result<std::vector<TrendSeries>> load_trends(store::Connection& connection,
                                             const std::string& machine_class) {
    const auto nights = store::list_nights(connection);
    if (!nights) return tl::unexpected(nights.error());
    const auto trends = store::list_trends(connection);
    if (!trends) return tl::unexpected(trends.error());
    const auto changes = store::list_changes(connection);
    if (!changes) return tl::unexpected(changes.error());
    std::vector<TrendSeries> all;
    for (const store::Trend& trend : *trends) {
        if (!machine_class.empty() && trend.machine_class != machine_class) continue;
        const auto points = store::points_of(connection, trend);
        if (!points) return tl::unexpected(points.error());
        TrendSeries series{trend, duel::nights_of(*points, *nights), {}, {}};
        series.corrected = duel::corrected(series.nights);
        for (const store::KnownChange& change : *changes) {
            if (std::ranges::find(trend.numbers, change.trend) != trend.numbers.end())
                series.known.push_back(change);
        }
        all.push_back(std::move(series));
    }
    return all;
}

Result<std::size_t> store_new_changes(store::Connection& connection, const std::string& machine_class,
                                      const stats::SegmentationRules& rules, const std::string& repository,
                                      run::Interrupts& interrupts) {
    const auto trends = load_trends(connection, machine_class);
    if (!trends) return tl::unexpected(trends.error());
    const store::RandomSource random = store::system_random();
    std::size_t found = 0;
    for (const TrendSeries& series : *trends) {
        auto kept =
            store::set_correction(connection, series.trend, series.corrected.slope, series.corrected.levels);
        if (!kept) return tl::unexpected(kept.error());
        if (series.trend.is_reference) continue;
        for (const stats::ChangePoint& at : duel::find_changes(series.corrected.values, rules)) {
            if (duel::is_known(at, series.nights, series.known)) continue;
            const duel::TrendNight& last = series.nights[at.index - 1];
            const duel::TrendNight& first = series.nights[at.index];
            store::KnownChange change;
            change.trend = series.trend.numbers.back();
            change.last_night = last.night;
            change.first_night = first.night;
            change.level_before = at.before;
            change.level_after = at.after;
            change.commits = count_commits(repository, last.head_revision, first.head_revision, interrupts);
            change.found_ns = now_ns();
            if (auto done = store::record_change(connection, change, random); !done)
                return tl::unexpected(done.error());
            ++found;
        }
    }
    return found;
}

}  // namespace harness::cli
