#include "harness/duel/bisect.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "harness/cli/bisect_text.h"
#include "harness/cli/command.h"
#include "harness/cli/pair_log.h"
#include "harness/cli/record.h"
#include "harness/cli/session.h"
#include "harness/cli/side_by_side.h"
#include "harness/cli/text.h"
#include "harness/duel/pairing.h"
#include "harness/run/checkout.h"
#include "harness/run/evaluate.h"
#include "harness/run/turn.h"
#include "harness/store/pairs.h"
#include "harness/store/runs.h"

namespace harness::cli {

namespace {

using model::ExitCode;
using stats::SliceTime;

struct Options {
    std::string benchmark;
    std::string good;
    std::string bad;
    MatchupOptions matchup;
};

// The benchmark as one commit has it.
struct Entry {
    Selected selected;
    run::Job job;
};

// The step that the good and the bad commit differ by.
struct ConfirmedStep {
    stats::KnownStep known;
    SliceTime time = SliceTime::cpu;
};

Failure measurement(const Error& error) { return {error.message, ExitCode::measurement_failed}; }

std::string short_commit(const std::string& commit) { return commit.substr(0, 12); }

Result<Entry> find_benchmark(const std::filesystem::path& suites, const std::string& id,
                             run::Interrupts& interrupts) {
    const auto manifests = run::find_manifests(suites);
    if (!manifests) return tl::unexpected(manifests.error());
    const std::string name = id.substr(0, id.find('/'));
    const auto manifest = std::ranges::find(*manifests, name, &model::Manifest::name);
    if (manifest == manifests->end()) return fail("it has no suite '{}'", name);
    auto found = run::describe_suite(suites, *manifest, interrupts);
    if (!found) return tl::unexpected(found.error());
    const auto wanted = std::ranges::find_if(
        found->suite.cases, [&](const model::Case& one) { return model::benchmark_id(name, one.id) == id; });
    if (wanted == found->suite.cases.end()) return fail("it has no benchmark '{}'", id);
    Entry entry;
    const model::Case one = *wanted;
    entry.selected.suites.push_back({std::move(*found), {one}});
    auto jobs = jobs_for(entry.selected);
    if (!jobs) return tl::unexpected(jobs.error());
    entry.job = std::move(jobs->front());
    return entry;
}

// Of pairs of the good with the bad commit.
std::vector<double> values_of(const std::vector<store::StoredPair>& pairs, SliceTime time) {
    std::vector<double> values;
    for (const store::StoredPair& stored : pairs) {
        if (stored.stage == store::Stage::control) continue;
        if (stored.pair.ending != model::PairEnding::measured) continue;
        if (const auto value = stats::pair_value(stored.pair.slices, time)) values.push_back(*value);
    }
    return values;
}

class BisectCommand {
  public:
    BisectCommand(const Options& options, Matchup matchup, const Globals& globals,
                  store::Connection& connection, run::Interrupts& interrupts)
        : options_(options),
          matchup_(std::move(matchup)),
          globals_(globals),
          connection_(connection),
          interrupts_(interrupts) {}

    Outcome run() {
        if (auto done = find_path(); !done) return tl::unexpected(Failure(done.error()));
        if (auto done = open_ends(); !done) return tl::unexpected(done.error());
        started_ = std::chrono::steady_clock::now();
        const auto comparison = measure_side_by_side(matchup_, globals_, connection_, interrupts_);
        if (!comparison) return tl::unexpected(comparison.error());
        const auto step = confirm(*comparison);
        if (!step) return tl::unexpected(step.error());
        if (!*step) return ExitCode::inconclusive;
        return search(**step);
    }

  private:
    void say(std::string_view line) { progress_.say(line); }

    std::string described(std::size_t commit) const {
        return short_commit(commits_[commit].id) + " " + commits_[commit].subject;
    }

    Result<void> find_path() {
        const std::string& repository = options_.matchup.repository;
        auto good = run::resolve_commit(repository, options_.good, interrupts_);
        if (!good) return tl::unexpected(good.error());
        const auto bad = run::resolve_commit(repository, options_.bad, interrupts_);
        if (!bad) return tl::unexpected(bad.error());
        auto commits = run::commits_between(repository, *good, *bad, interrupts_);
        if (!commits) return tl::unexpected(commits.error());
        good_commit_ = std::move(*good);
        commits_ = std::move(*commits);
        matchup_.base = good_commit_;
        matchup_.head = commits_.back().id;
        return {};
    }

    // The benchmark of a commit, which is built when the cache does not have it.
    Result<Entry> enter(const std::string& commit) {
        const auto side = duel::resolve_side(commit, matchup_.sides, interrupts_,
                                             [this](std::string_view line) { say(line); });
        if (!side) return tl::unexpected(side.error());
        return find_benchmark(side->suites, options_.benchmark, interrupts_);
    }

    tl::expected<void, Failure> open_ends() {
        auto good = enter(good_commit_);
        auto bad = good ? enter(commits_.back().id) : Result<Entry>();
        if (interrupts_.pending()) return tl::unexpected(measurement({"interrupted"}));
        if (!good) return tl::unexpected(Failure(Error{"good: " + good.error().message}));
        if (!bad) return tl::unexpected(Failure(Error{"bad: " + bad.error().message}));
        good_ = std::move(*good);
        bad_ = std::move(*bad);
        return {};
    }

    // The step that the good and the bad commit were measured to differ by; nothing when there is none to be
    // seen, which is said.
    tl::expected<std::optional<ConfirmedStep>, Failure> confirm(const model::Comparison& comparison) {
        if (!comparison.void_reason.empty())
            return tl::unexpected(Failure("the run is void: " + comparison.void_reason, ExitCode::run_void));
        if (comparison.verdicts.empty())
            return tl::unexpected(Failure("the two ends were not measured", ExitCode::measurement_failed));
        const model::Verdict& verdict = comparison.verdicts.front();
        const bool differs = verdict.kind == model::VerdictKind::not_comparable;
        if (differs || !verdict.effect) {
            return tl::unexpected(
                Failure(fmt::format("{} was not measured: {}", verdict.benchmark, verdict.note),
                        differs ? ExitCode::not_comparable : ExitCode::measurement_failed));
        }
        const auto step = step_of(comparison.run, verdict);
        if (!step) return tl::unexpected(measurement(step.error()));
        const bool seen = verdict.kind == model::VerdictKind::regressed && step->known.size > 0;
        announce(verdict, *step, seen);
        return seen ? std::optional(*step) : std::nullopt;
    }

    void announce(const model::Verdict& verdict, const ConfirmedStep& step, bool seen) const {
        const std::string change = fmt::format(
            "{} by {} from {} to {} ({})", verdict.benchmark, change_text(step.known.size),
            short_commit(good_commit_), short_commit(commits_.back().id), counted(verdict.n_base, "pair"));
        if (seen) {
            fmt::print("{}slower: {}, first seen in one of {}\n",
                       step.time == SliceTime::wall && !by_wall_time() ? "wall time is " : "", change,
                       counted(commits_.size(), "commit"));
        } else {
            fmt::print("no step to search for: {}, {}{}{}\n", change, model::to_string(verdict.kind),
                       verdict.note.empty() ? "" : "; ", verdict.note);
        }
        std::fflush(stdout);
    }

    bool by_wall_time() const { return good_.job.benchmark.time_source == model::TimeSource::real; }

    // Where the guard on wall time alone alarmed, that is what the search looks at.
    Result<ConfirmedStep> step_of(const std::string& run_id, const model::Verdict& verdict) {
        const auto pairs = store::pairs_of_run(connection_, run_id);
        if (!pairs) return tl::unexpected(pairs.error());
        const bool guard_alone =
            verdict.kind == model::VerdictKind::regressed && verdict.effect->low <= 1 + matchup_.min_effect;
        const SliceTime time = by_wall_time() || guard_alone ? SliceTime::wall : SliceTime::cpu;
        const std::vector<double> values = values_of(*pairs, time);
        if (values.size() < 2) return fail("{}: too few pairs came out", verdict.benchmark);
        return ConfirmedStep{stats::known_step(values), time};
    }

    tl::expected<void, Failure> prepare() {
        auto turn = run::Turn::take(run::Turn::default_path(), interrupts_, [this] {
            say("another run is measuring on this machine: waiting for it to end (Ctrl-C gives up)");
        });
        if (!turn) return tl::unexpected(measurement(turn.error()));
        turn_.emplace(std::move(*turn));
        std::vector<duel::Contest> ends = duel::match({good_.job}, {bad_.job});
        auto pairing =
            duel::Pairing::prepare(ends, interrupts_, [this](const std::string& line) { say(line); });
        if (!pairing) return tl::unexpected(measurement(pairing.error()));
        pairing_.emplace(std::move(*pairing));
        if (ends.front().state == judge::RowState::measured) return {};
        return tl::unexpected(Failure(ends.front().note, ExitCode::measurement_failed));
    }

    Outcome search(const ConfirmedStep& step) {
        const duel::BisectSettings settings{step.known, step.time, matchup_.seed, matchup_.budget};
        // The bad commit's parent is good: there is nothing to measure.
        const bool alone = commits_.size() == 1;
        const auto result = alone ? measured(duel::bisect(1, settings, {})) : measure(settings);
        if (!result) return tl::unexpected(result.error());
        fmt::print("{}\n{}measured again by: {}\n", bisect_table(commits_, *result, step.known),
                   bisect_answer(commits_, *result, options_.benchmark, good_commit_), again());
        switch (result->ending) {
            case duel::BisectEnding::found:
                return ExitCode::ok;
            case duel::BisectEnding::interrupted:
                return tl::unexpected(measurement({"interrupted; the pairs are stored"}));
            default:
                return ExitCode::inconclusive;
        }
    }

    static tl::expected<duel::Bisected, Failure> measured(Result<duel::Bisected> result) {
        if (!result) return tl::unexpected(measurement(result.error()));
        return std::move(*result);
    }

    tl::expected<duel::Bisected, Failure> measure(const duel::BisectSettings& settings) {
        if (auto prepared = prepare(); !prepared) return tl::unexpected(prepared.error());
        const model::Run run = new_run({model::Profile::full, globals_.command_line}, matchup_.seed, random_);
        auto begun = begin_run(connection_, run, good_.selected, {good_.job}, random_);
        if (!begun) return tl::unexpected(measurement(begun.error()));
        say(fmt::format("run {}: {} in {}, seed {}", short_id(run.id), options_.benchmark,
                        counted(commits_.size(), "commit"), matchup_.seed));
        PairLog log(connection_, run.id, random_);
        auto result = duel::bisect(commits_.size(), settings, acts(log));
        if (auto done = finish(run, result); !done) return tl::unexpected(measurement(done.error()));
        return measured(std::move(result));
    }

    Result<void> finish(const model::Run& run, const Result<duel::Bisected>& result) {
        const std::string about = fmt::format("bisect {} {}..{}", options_.benchmark,
                                              short_commit(good_commit_), short_commit(commits_.back().id));
        if (!result) {
            (void)store::finish_run(connection_, run.id, model::RunStatus::failed, now_ns(),
                                    fmt::format("{}: {}", about, result.error().message));
            return tl::unexpected(result.error());
        }
        const bool interrupted = result->ending == duel::BisectEnding::interrupted;
        return store::finish_run(connection_, run.id,
                                 interrupted ? model::RunStatus::interrupted : model::RunStatus::complete,
                                 now_ns(), about);
    }

    duel::BisectActs acts(PairLog& log) {
        duel::BisectActs acts;
        acts.open = [this](std::size_t commit) { return open(commit); };
        acts.measure = [this](const duel::Contest& contest, std::uint64_t seed) {
            return pairing_->measure(contest, store::Stage::fresh, seed, interrupts_);
        };
        // As fresh pairs: they were begun because of what others said.
        acts.keep = [this, &log](std::size_t commit, const duel::Contest& contest, const model::Pair& pair) {
            return log.keep(contest.benchmark, store::Stage::fresh, {good_.job, {good_commit_, false}},
                            {*contest.head, {commits_[commit].id, false}}, pair);
        };
        acts.show = [this](const duel::BisectPosition& position) {
            if (position.pairs != 0) return;
            const std::size_t left = position.suspects.last - position.suspects.first + 1;
            say(fmt::format("measuring {}; left: {}", described(position.commit), counted(left, "commit")));
        };
        acts.skipped = [this](const duel::TriedCommit& tried) {
            say(fmt::format("skipped {}: {}", described(tried.commit), tried.skipped));
        };
        acts.interrupted = [this] { return interrupts_.pending(); };
        acts.elapsed = [this] { return std::chrono::steady_clock::now() - started_; };
        return acts;
    }

    Result<duel::Contest> open(std::size_t commit) {
        auto entry = enter(commits_[commit].id);
        if (!entry) return tl::unexpected(entry.error());
        return duel::match({good_.job}, {entry->job}).front();
    }

    std::string again() const {
        const std::string& typed = globals_.command_line;
        return options_.matchup.seed ? typed : fmt::format("{} --seed {}", typed, matchup_.seed);
    }

    const Options& options_;
    Matchup matchup_;
    const Globals& globals_;
    store::Connection& connection_;
    run::Interrupts& interrupts_;
    run::Progress progress_{stderr, run::style_for(stderr)};
    store::RandomSource random_ = store::system_random();
    std::string good_commit_;
    std::vector<run::LoggedCommit> commits_;
    Entry good_;
    Entry bad_;
    std::optional<run::Turn> turn_;
    std::optional<duel::Pairing> pairing_;
    std::chrono::steady_clock::time_point started_;
};

Outcome bisect(Options& options, const Globals& globals) {
    const std::size_t slash = options.benchmark.find('/');
    if (slash == 0 || slash >= options.benchmark.size() - 1)
        return fail("'{}' is no benchmark: name it as SUITE/CASE (see `vmbench list`)", options.benchmark);
    options.matchup.select.suites = {options.benchmark.substr(0, slash)};
    options.matchup.select.filter = run::exact_filter(options.benchmark);
    options.matchup.references = true;
    auto matchup = read_matchup(options.matchup, judge::Rules{});
    if (!matchup) return tl::unexpected(matchup.error());
    auto interrupts = run::Interrupts::create();
    if (!interrupts) return tl::unexpected(interrupts.error());
    auto connection = open_session(globals);
    if (!connection) return tl::unexpected(connection.error());
    return BisectCommand(options, std::move(*matchup), globals, *connection, *interrupts).run();
}

}  // namespace

Action declare_bisect(CLI::App& app, const Globals& globals) {
    const auto options = std::make_shared<Options>();
    // Commits are built on the way.
    options->matchup.budget = "1h";
    app.add_option("BENCH", options->benchmark, "The benchmark, SUITE/CASE")->required();
    app.add_option("GOOD", options->good, "A revision at which it was fast")->required();
    app.add_option("BAD", options->bad, "A later revision at which it is slower")->required();
    declare_sides(app, options->matchup);
    app.footer(
        "First measures GOOD and BAD side by side. When BAD is slower, measures commits between them against "
        "GOOD,\n"
        "each time the one that tells most, until one is the first slow one at 95 %. Commits that do not "
        "build\n"
        "are left out. Exit code 6: there is no difference to be seen, or no commit could be named.\n");
    return [options, &globals] { return bisect(*options, globals); };
}

}  // namespace harness::cli
