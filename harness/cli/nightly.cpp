#include <algorithm>
#include <filesystem>
#include <memory>
#include <sstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/cli/command.h"
#include "harness/cli/confirm_changes.h"
#include "harness/cli/nights.h"
#include "harness/cli/report_program.h"
#include "harness/cli/session.h"
#include "harness/cli/side_by_side.h"
#include "harness/cli/text.h"
#include "harness/run/checkout.h"
#include "harness/run/git.h"
#include "harness/run/machine.h"
#include "harness/run/owner.h"
#include "harness/run/turn.h"
#include "harness/store/nights.h"

namespace harness::cli {

namespace {

using model::ExitCode;
using model::RunStatus;

// Where a repository pins its reference: a revision in the first line that is no comment.
constexpr const char* kReferenceFile = "baselines/reference";

// No p of so few pairs is as small: nothing becomes a suspect.
constexpr double kNoSuspects = 1e-15;
constexpr std::size_t kMostPairs = 48;

struct Options {
    MatchupOptions matchup;
    std::string head = "HEAD";
    std::string reference;
    std::string report = "report";
    bool no_report = false;
    std::string confirm_budget = "15m";
    std::size_t pairs = 12;
    std::int64_t keep_pairs = 60;
    std::size_t keep_builds = 12;
    double false_alarms = 0.01;
};

Failure measurement(const Error& error) { return {error.message, ExitCode::measurement_failed}; }

// The revision that the file names; nothing where head has no such file.
Result<std::string> pinned_in_file(const std::string& repository, const std::string& head,
                                   run::Interrupts& interrupts) {
    const std::string object = head + ":" + kReferenceFile;
    if (!run::git(repository, {"cat-file", "-e", object}, interrupts)) return std::string();
    auto text = run::git(repository, {"show", object}, interrupts);
    if (!text) return text;
    std::istringstream lines(*text);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t first = line.find_first_not_of(" \t");
        if (first == std::string::npos || line[first] == '#') continue;
        return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
    }
    return fail("'{}' names no revision", object);
}

class Nightly {
  public:
    Nightly(const Options& options, const Globals& globals, store::Connection& connection,
            run::Interrupts& interrupts)
        : options_(options), globals_(globals), connection_(connection), interrupts_(interrupts) {}

    Result<void> prepare() {
        auto matchup = read_matchup(options_.matchup, {});
        if (!matchup) return tl::unexpected(matchup.error());
        matchup_ = std::move(*matchup);
        if (options_.confirm_budget != "0") {
            const auto budget = parse_duration(options_.confirm_budget);
            if (!budget) return fail("--confirm-budget: {}", budget.error().message);
            confirm_budget_ = *budget;
        }
        const auto head = run::resolve_commit(repository(), options_.head, interrupts_);
        if (!head) return tl::unexpected(head.error());
        const auto reference = find_reference(*head);
        if (!reference) return tl::unexpected(reference.error());
        matchup_.base = *reference;
        matchup_.head = *head;
        matchup_.gate.screening_pairs = options_.pairs;
        // Every benchmark gets its pairs and none more: a night tells of levels, not of regressions.
        matchup_.gate.screening_alpha = kNoSuspects;
        return {};
    }

    Outcome plan() { return plan_side_by_side(matchup_, globals_, connection_, interrupts_); }

    // Everything but the report.
    Outcome run() {
        if (auto begun = begin(); !begun) return tl::unexpected(measurement(begun.error()));
        fmt::print("night {}: head {} beside reference {}\n", night_.number,
                   night_.head_revision.substr(0, 12), night_.reference_revision.substr(0, 12));
        const auto comparison = measure();
        if (!comparison) {
            const auto status = interrupts_.pending() ? RunStatus::interrupted : RunStatus::failed;
            // The store may be what failed; then the next night finds this one unfinished and closes it.
            if (store_points(connection_, night_)) {
                (void)store::finish_night(connection_, night_.number, status, now_ns(),
                                          first_line(comparison.error().message));
            }
            return tl::unexpected(Failure(comparison.error().message, ExitCode::measurement_failed));
        }
        const auto points = store_points(connection_, night_);
        if (!points) return tl::unexpected(measurement(points.error()));
        fmt::print("{} measured\n", counted(*points, "benchmark"));
        const std::string note = note_of(*comparison);
        if (!note.empty()) fmt::print("note: {}\n", note);
        auto finished = store::finish_night(connection_, night_.number, RunStatus::complete, now_ns(), note);
        if (!finished) return tl::unexpected(measurement(finished.error()));
        return changes(*comparison);
    }

    void tidy() {
        const auto dropped = store::drop_old_pairs(connection_, options_.keep_pairs);
        if (!dropped) say(fmt::format("old pairs stay: {}", dropped.error().message));
        const auto turn = run::Turn::try_take(run::Turn::default_path());
        if (!turn || !*turn) return;
        const auto pruned =
            run::prune_checkouts(matchup_.sides.cache, options_.keep_builds, {matchup_.base, matchup_.head});
        if (!pruned) say(fmt::format("old builds stay: {}", pruned.error().message));
    }

  private:
    const std::string& repository() const { return options_.matchup.repository; }

    // In this order: the option, the repository's file, the night before, head itself.
    Result<std::string> find_reference(const std::string& head) {
        std::string named = options_.reference;
        if (named.empty()) {
            auto pinned = pinned_in_file(repository(), head, interrupts_);
            if (!pinned) return pinned;
            named = *pinned;
        }
        if (named.empty()) {
            const auto nights = store::list_nights(connection_);
            if (!nights) return tl::unexpected(nights.error());
            named = nights->empty() ? head : nights->back().reference_revision;
        }
        return run::resolve_commit(repository(), named, interrupts_);
    }

    Result<void> begin() {
        night_.id = store::make_uuid(store::system_random());
        night_.started_ns = now_ns();
        night_.head_revision = matchup_.head;
        night_.reference_revision = matchup_.base;
        night_.machine_class = model::machine_class(run::fingerprint());
        // Outside a tagged history there is none.
        night_.release =
            run::git(repository(), {"describe", "--tags", "--abbrev=0", matchup_.head}, interrupts_)
                .value_or("");
        night_.owner = run::own_identity();
        const auto number = store::begin_night(connection_, night_);
        if (!number) return tl::unexpected(number.error());
        night_.number = *number;
        return {};
    }

    tl::expected<model::Comparison, Failure> measure() {
        matchup_.begun = [this](const std::string& run_id) {
            night_.run_id = run_id;
            return store::set_run_of_night(connection_, night_.number, run_id);
        };
        return measure_side_by_side(matchup_, globals_, connection_, interrupts_);
    }

    // What a reader of the history must know of this night.
    static std::string note_of(const model::Comparison& comparison) {
        std::vector<std::string> parts;
        if (!comparison.void_reason.empty()) parts.push_back("void: " + comparison.void_reason);
        std::vector<std::string> failed;
        for (const model::Verdict& verdict : comparison.verdicts) {
            if (verdict.kind == model::VerdictKind::failed) failed.push_back(verdict.benchmark);
        }
        if (!failed.empty()) parts.push_back(fmt::format("failed: {}", fmt::join(failed, ", ")));
        const std::size_t created = model::count(comparison, model::VerdictKind::created);
        if (created != 0) parts.push_back(fmt::format("{} not in the reference", created));
        const std::size_t changed = model::count(comparison, model::VerdictKind::not_comparable);
        if (changed != 0) parts.push_back(fmt::format("{} not comparable with the reference", changed));
        return fmt::format("{}", fmt::join(parts, "; "));
    }

    Outcome changes(const model::Comparison& comparison) {
        stats::SegmentationRules rules;
        rules.false_alarms = options_.false_alarms;
        const auto found =
            store_new_changes(connection_, night_.machine_class, rules, repository(), interrupts_);
        if (!found) return tl::unexpected(measurement(found.error()));
        if (*found != 0) fmt::print("{} found\n", counted(*found, "change"));
        Matchup test = matchup_;
        test.gate = {};
        test.gate.bad_conditions = matchup_.gate.bad_conditions;
        test.begun = {};
        test.budget = confirm_budget_;
        const auto tested = confirm_changes(connection_, night_.machine_class, test, globals_, interrupts_);
        if (!tested) return tl::unexpected(tested.error());
        for (const std::string& line : tested->lines) fmt::print("{}\n", line);
        if (tested->left != 0)
            fmt::print("left to be tested another night: {}\n", counted(tested->left, "change"));
        if (tested->worse != 0) return ExitCode::regression;
        const bool failed = model::count(comparison, model::VerdictKind::failed) != 0;
        return failed || interrupts_.pending() ? ExitCode::measurement_failed : ExitCode::ok;
    }

    const Options& options_;
    const Globals& globals_;
    store::Connection& connection_;
    run::Interrupts& interrupts_;
    Matchup matchup_;
    std::chrono::nanoseconds confirm_budget_{};
    store::Night night_;
};

// The part that needs the store. What was measured is reported on even when something failed.
struct Measured {
    Outcome outcome;
    bool report = false;
};

Measured measure_night(const Options& options, const Globals& globals) {
    auto connection = open_session(globals);
    if (!connection) return {tl::unexpected(Failure(connection.error())), false};
    const auto closed = close_abandoned_nights(*connection);
    if (!closed) return {tl::unexpected(measurement(closed.error())), false};
    if (*closed != 0)
        fmt::print("{} before this one did not finish: interrupted\n", counted(*closed, "night"));
    auto interrupts = run::Interrupts::create();
    if (!interrupts) return {tl::unexpected(Failure(interrupts.error())), false};
    Nightly nightly(options, globals, *connection, *interrupts);
    if (auto prepared = nightly.prepare(); !prepared)
        return {tl::unexpected(Failure(prepared.error())), false};
    if (options.matchup.plan) return {nightly.plan(), false};
    Measured measured{nightly.run(), true};
    if (interrupts->pending()) return {std::move(measured.outcome), false};
    nightly.tidy();
    return measured;
}

Outcome run_night(const Options& options, const Globals& globals) {
    // Beside the store: a night that was killed leaves the file, but not the lock.
    const std::filesystem::path lock = globals.database + ".nightly.lock";
    std::error_code ignored;
    if (lock.has_parent_path()) std::filesystem::create_directories(lock.parent_path(), ignored);
    const auto turn = run::Turn::try_take(lock);
    if (!turn) return tl::unexpected(turn.error());
    if (!*turn) {
        fmt::print("another night is being measured into this store: nothing done\n");
        return ExitCode::ok;
    }
    const Measured measured = measure_night(options, globals);
    if (!measured.report || options.no_report) return measured.outcome;
    std::fflush(stdout);
    const auto written = run_report_program(globals, options.report, {"--nights"});
    if (!measured.outcome) return measured.outcome;
    if (!written) return tl::unexpected(measurement(written.error()));
    return measured.outcome;
}

}  // namespace

Action declare_nightly(CLI::App& app, const Globals& globals) {
    const auto options = std::make_shared<Options>();
    options->matchup.budget = "45m";
    // Ratios to them are what readers ask for.
    options->matchup.references = true;
    app.add_option("--head", options->head, "What is measured")->type_name("REVISION")->capture_default_str();
    app.add_option("--reference", options->reference,
                   "What it is measured beside (default: the file baselines/reference in head, then the last "
                   "night's, then head)")
        ->type_name("REVISION");
    declare_selection(app, options->matchup.select);
    declare_sides(app, options->matchup);
    app.add_flag("--plan", options->matchup.plan, "Only say what would be measured and how long it takes");
    app.add_option("--pairs", options->pairs, "Pairs of processes of each benchmark")
        ->check(CLI::Range(std::size_t{1}, kMostPairs))
        ->type_name("N")
        ->capture_default_str();
    app.add_option("--confirm-budget", options->confirm_budget,
                   "Time to test changes that were found, 0: none; the rest waits for the next night")
        ->type_name("TIME")
        ->capture_default_str();
    app.add_option("--false-alarms", options->false_alarms,
                   "Share of unchanged benchmarks in which a change is found, before it is tested")
        ->check(CLI::Range(0.005, 0.5))
        ->type_name("P")
        ->capture_default_str();
    app.add_option("--report", options->report, "Folder of the report; an older report there is replaced")
        ->type_name("DIR")
        ->capture_default_str();
    app.add_flag("--no-report", options->no_report, "Write none now (`vmbench report --nights` does)");
    app.add_option("--keep-pairs", options->keep_pairs,
                   "Nights whose slices stay in the store; of older ones stays what each pair said")
        ->check(CLI::Range(1, 1'000'000))
        ->type_name("N")
        ->capture_default_str();
    app.add_option("--keep-builds", options->keep_builds, "Built revisions that stay in the cache")
        ->check(CLI::Range(2, 1000))
        ->type_name("N")
        ->capture_default_str();
    app.footer(
        "Measures head beside the reference in turns, appends the night to the store, looks for changes of "
        "level\n"
        "from 20 nights on, tests each new one between its two commits, and writes a report. Exit code 0: "
        "done, or\n"
        "another night is running; 1: a change for the worse was confirmed; 3: something was not "
        "measured.\n");
    return [options, &globals] { return run_night(*options, globals); };
}

}  // namespace harness::cli
