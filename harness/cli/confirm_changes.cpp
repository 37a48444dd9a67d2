#include "harness/cli/confirm_changes.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "harness/cli/nights.h"
#include "harness/cli/text.h"
#include "harness/run/evaluate.h"

namespace harness::cli {

namespace {

using model::VerdictKind;
using std::chrono::nanoseconds;
using store::ChangeState;

// A change that waits for its test.
struct Waiting {
    store::KnownChange change;
    std::string benchmark;
    model::Direction direction = model::Direction::lower;

    bool is_worse() const {
        return (change.level_after > change.level_before) == (direction == model::Direction::lower);
    }
};

// The heads of the nights before and after.
struct Range {
    std::string from;
    std::string to;
    auto operator<=>(const Range&) const = default;
};

std::string text_of(const Waiting& waiting, const Range& range) {
    const double percent = 100 * std::expm1(waiting.change.level_after - waiting.change.level_before);
    const auto& commits = waiting.change.commits;
    return fmt::format(
        "{} {:+.1f} %, {}..{}{}", waiting.benchmark, percent, range.from.substr(0, 12),
        range.to.substr(0, 12),
        commits ? fmt::format(" ({})", counted(static_cast<std::size_t>(*commits), "commit")) : "");
}

class Tester {
  public:
    Tester(store::Connection& connection, const Matchup& matchup, const Globals& globals,
           run::Interrupts& interrupts)
        : connection_(connection), matchup_(matchup), globals_(globals), interrupts_(interrupts) {}

    Result<void> load(const std::string& machine_class) {
        const auto trends = load_trends(connection_, machine_class);
        if (!trends) return tl::unexpected(trends.error());
        for (const TrendSeries& series : *trends) {
            for (const store::KnownChange& change : series.known) {
                if (change.state != ChangeState::found) continue;
                waiting_[{change.first_night, range_of(series, change)}].push_back(
                    {change, series.trend.benchmark, series.trend.direction});
            }
        }
        return {};
    }

    tl::expected<Tested, Failure> run() {
        // Newest first: what came last is what somebody still remembers.
        for (auto at = waiting_.rbegin(); at != waiting_.rend(); ++at) {
            auto done = test(at->first.second, at->second);
            if (!done) return tl::unexpected(done.error());
        }
        return std::move(tested_);
    }

  private:
    static Range range_of(const TrendSeries& series, const store::KnownChange& change) {
        Range range;
        for (const duel::TrendNight& night : series.nights) {
            if (night.night == change.last_night) range.from = night.head_revision;
            if (night.night == change.first_night) range.to = night.head_revision;
        }
        return range;
    }

    nanoseconds left() const { return matchup_.budget - (std::chrono::steady_clock::now() - started_); }

    tl::expected<void, Failure> test(const Range& range, std::vector<Waiting>& changes) {
        if (range.from == range.to || range.from.empty() || range.to.empty()) {
            return conclude_all(
                changes, range,
                "both nights measured the same commit: the machine or what builds it changed");
        }
        if (interrupts_.pending() || left() <= nanoseconds::zero()) {
            tested_.left += changes.size();
            return {};
        }
        const bool first = std::exchange(is_first_, false);
        const auto comparison = measure(range, changes);
        if (!comparison && interrupts_.pending()) {
            tested_.left += changes.size();
            return {};
        }
        // What is wrong with the store or the machine says nothing of these commits.
        if (!comparison && comparison.error().code == model::ExitCode::measurement_failed)
            return tl::unexpected(comparison.error());
        if (!comparison) {
            return conclude_all(changes, range, "cannot be tested: " + comparison.error().message);
        }
        // A test that had the whole budget and did not come to its end never will.
        const bool cut_short = left() <= nanoseconds::zero() && !first;
        for (Waiting& waiting : changes) {
            if (auto done = judge(*comparison, range, waiting, cut_short); !done) return done;
        }
        return {};
    }

    tl::expected<model::Comparison, Failure> measure(const Range& range,
                                                     const std::vector<Waiting>& changes) {
        Matchup matchup = matchup_;
        matchup.base = range.from;
        matchup.head = range.to;
        matchup.budget = left();
        matchup.select = {};
        for (const Waiting& waiting : changes) {
            if (!matchup.select.filter.empty()) matchup.select.filter += '|';
            matchup.select.filter += run::exact_filter(waiting.benchmark);
        }
        return measure_side_by_side(matchup, globals_, connection_, interrupts_);
    }

    tl::expected<void, Failure> judge(const model::Comparison& comparison, const Range& range,
                                      Waiting& waiting, bool cut_short) {
        waiting.change.run_id = comparison.run;
        const auto found = std::ranges::find_if(comparison.verdicts, [&](const model::Verdict& verdict) {
            return verdict.benchmark == waiting.benchmark && verdict.role != model::Role::shown;
        });
        if (found == comparison.verdicts.end())
            return conclude(waiting, range, ChangeState::unconfirmed, "not measured");
        const bool undecided = found->kind == VerdictKind::inconclusive && cut_short;
        if (!comparison.void_reason.empty() || undecided) {
            ++tested_.left;
            waiting.change.note = undecided ? "there was not enough time" : "void: " + comparison.void_reason;
            return keep(waiting.change);
        }
        if (found->effect) {
            waiting.change.low = std::log(found->effect->low);
            waiting.change.high = std::log(found->effect->high);
        }
        const auto expected = waiting.is_worse() ? VerdictKind::regressed : VerdictKind::improved;
        std::string note(model::to_string(found->kind));
        if (!found->note.empty()) note += ": " + found->note;
        return conclude(waiting, range,
                        found->kind == expected ? ChangeState::confirmed : ChangeState::unconfirmed, note);
    }

    tl::expected<void, Failure> conclude_all(std::vector<Waiting>& changes, const Range& range,
                                             const std::string& note) {
        for (Waiting& waiting : changes) {
            auto done = conclude(waiting, range, ChangeState::unconfirmed, note);
            if (!done) return done;
        }
        return {};
    }

    tl::expected<void, Failure> conclude(Waiting& waiting, const Range& range, ChangeState state,
                                         const std::string& note) {
        waiting.change.state = state;
        waiting.change.note = note;
        const bool confirmed = state == ChangeState::confirmed;
        if (confirmed && waiting.is_worse()) ++tested_.worse;
        tested_.lines.push_back(
            fmt::format("{}: {}{}", to_string(state), text_of(waiting, range),
                        confirmed || note.empty() ? "" : fmt::format(" ({})", first_line(note))));
        return keep(waiting.change);
    }

    tl::expected<void, Failure> keep(const store::KnownChange& change) {
        if (auto kept = store::update_change(connection_, change); !kept)
            return tl::unexpected(Failure(kept.error().message, model::ExitCode::measurement_failed));
        return {};
    }

    store::Connection& connection_;
    const Matchup& matchup_;
    const Globals& globals_;
    run::Interrupts& interrupts_;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    std::map<std::pair<std::int64_t, Range>, std::vector<Waiting>> waiting_;
    bool is_first_ = true;
    Tested tested_;
};

}  // namespace

tl::expected<Tested, Failure> confirm_changes(store::Connection& connection, const std::string& machine_class,
                                              const Matchup& matchup, const Globals& globals,
                                              run::Interrupts& interrupts) {
    Tester tester(connection, matchup, globals, interrupts);
    if (auto loaded = tester.load(machine_class); !loaded)
        return tl::unexpected(Failure(loaded.error().message, model::ExitCode::measurement_failed));
    return tester.run();
}

}  // namespace harness::cli
