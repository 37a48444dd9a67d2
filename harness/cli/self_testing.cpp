#include "harness/cli/self_testing.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "harness/cli/live_gates.h"
#include "harness/cli/pair_log.h"
#include "harness/cli/record.h"
#include "harness/cli/text.h"
#include "harness/duel/contests.h"
#include "harness/duel/pairing.h"
#include "harness/duel/twin.h"
#include "harness/run/build.h"
#include "harness/run/machine.h"
#include "harness/run/progress.h"
#include "harness/run/turn.h"
#include "harness/store/pairs.h"
#include "harness/store/runs.h"

namespace harness::cli {

namespace {

namespace fs = std::filesystem;
using model::ExitCode;
using std::chrono::nanoseconds;

constexpr const char* kRunNote = "self-test";
constexpr nanoseconds kSayEvery = std::chrono::minutes(2);

Failure measurement(const Error& error) { return {error.message, ExitCode::measurement_failed}; }

nanoseconds since(std::chrono::steady_clock::time_point start) {
    return std::chrono::steady_clock::now() - start;
}

class SelfTesting {
  public:
    SelfTesting(const SelfTestPlan& plan, const Globals& globals, store::Connection& connection,
                run::Interrupts& interrupts)
        : plan_(plan),
          globals_(globals),
          connection_(connection),
          interrupts_(interrupts),
          suites_(duel::plain_folder(globals.suite_folder)) {}

    tl::expected<SelfTested, Failure> run() {
        if (auto found = find_contests(); !found) return tl::unexpected(Failure(found.error()));
        bank_ = duel::empty_bank(contests_);
        if (auto loaded = load_bank(); !loaded) return tl::unexpected(Failure(loaded.error()));
        // First, because their pairs are of equal sides like any others: the bank lacks fewer then.
        if (auto fought = fight_live(); !fought) return tl::unexpected(fought.error());
        if (duel::lacks_pairs(bank_, plan_.bank)) {
            if (auto measured = measure(); !measured) return tl::unexpected(measured.error());
        }
        return conclude();
    }

  private:
    // The jobs of a suite folder.
    Result<std::vector<run::Job>> jobs_in(const fs::path& folder, Selected& selected) {
        Globals there = globals_;
        there.suite_folder = folder.string();
        auto found = select(there, plan_.select, std::nullopt, interrupts_);
        if (!found) return tl::unexpected(found.error());
        for (const std::string& line : found->broken) {
            failed_ = true;
            notes_.push_back("failed: " + line);
        }
        selected = std::move(*found);
        leave_out_references(selected);
        return jobs_for(selected);
    }

    Result<void> find_contests() {
        auto base = jobs_in(suites_, selected_);
        if (!base) return tl::unexpected(base.error());
        jobs_ = std::move(*base);
        if (plan_.relinked.empty()) {
            contests_ = duel::match(jobs_, jobs_);
            return {};
        }
        if (!fs::is_directory(plan_.relinked)) return fail("--relinked: '{}' is no folder", plan_.relinked);
        duel::SideSettings build;
        build.suites = "bin/suites";
        const auto side = duel::resolve_side(plan_.relinked, build, interrupts_, [](std::string_view) {});
        if (!side) return fail("--relinked: {}", side.error().message);
        relinked_ = side->suites;
        Selected there;
        const auto head = jobs_in(relinked_, there);
        if (!head) return fail("--relinked: {}", head.error().message);
        contests_ = duel::match(jobs_, *head);
        for (const duel::Contest& contest : contests_) {
            if (contest.state == judge::RowState::measured) continue;
            notes_.push_back(fmt::format("left out: {} is not the same benchmark in '{}'",
                                         contest.benchmark.id, plan_.relinked));
        }
        return {};
    }

    Result<std::vector<std::string>> candidates() {
        if (!plan_.use_bank) return std::vector<std::string>{};
        if (plan_.bank_runs.empty()) return store::runs_of_equal_sides(connection_, kRunNote);
        std::vector<std::string> runs;
        for (const std::string& prefix : plan_.bank_runs) {
            const auto run = store::find_run(connection_, prefix);
            if (!run) return fail("--bank: {}", run.error().message);
            runs.push_back(run->run.id);
        }
        return runs;
    }

    Result<void> load_bank() {
        const auto runs = candidates();
        if (!runs) return tl::unexpected(runs.error());
        for (const std::string& id : *runs) {
            const auto run = store::find_run(connection_, id);
            if (!run) return tl::unexpected(run.error());
            if (run->machine_class != model::machine_class(machine_)) {
                if (plan_.bank_runs.empty()) continue;
                return fail("--bank: run {} is of another machine", short_id(id));
            }
            const auto added = add_run(run->run);
            if (!added) return tl::unexpected(added.error());
            if (!*added || run->run.note != kRunNote) continue;
            if (auto noted = note_stored_gate(live_, connection_, id); !noted) return noted;
        }
        return {};
    }

    // Whether the run had pairs of these programs.
    Result<bool> add_run(const model::Run& run) {
        const auto pairs = store::pairs_of_run(connection_, run.id);
        if (!pairs) return tl::unexpected(pairs.error());
        const auto hashes = store::program_hashes_of_pairs(connection_, run.id);
        if (!hashes) return tl::unexpected(hashes.error());
        if (duel::add_run(bank_, contests_, equal_pairs(*pairs, run), *hashes) == 0) return false;
        runs_.push_back(run.id);
        return true;
    }

    // Those whose sides must not differ: controls; of a self-test's own gate the screening, which holds every
    // benchmark once a round. The screening of any other gate is of two builds, whatever its hashes say.
    static std::vector<store::StoredPair> equal_pairs(const std::vector<store::StoredPair>& pairs,
                                                      const model::Run& run) {
        const bool is_gate = std::ranges::any_of(
            pairs, [](const store::StoredPair& pair) { return pair.stage == store::Stage::screening; });
        const auto stage = is_gate && run.note == kRunNote ? store::Stage::screening : store::Stage::control;
        std::vector<store::StoredPair> equal;
        std::ranges::copy_if(pairs, std::back_inserter(equal),
                             [stage](const store::StoredPair& pair) { return pair.stage == stage; });
        return equal;
    }

    // Another build, or a copy that is made now.
    Result<fs::path> other_side() {
        if (!relinked_.empty()) return relinked_;
        if (!twin_) {
            auto twin = duel::Twin::create(suites_);
            if (!twin) return tl::unexpected(twin.error());
            twin_.emplace(std::move(*twin));
        }
        return twin_->path();
    }

    Result<void> move_heads() {
        const auto folder = other_side();
        if (!folder) return tl::unexpected(folder.error());
        if (!relinked_.empty()) return {};
        for (duel::Contest& contest : contests_) {
            const fs::path below = fs::path(contest.base->program).filename();
            contest.head->program = (*folder / below).string();
        }
        return {};
    }

    tl::expected<void, Failure> measure() {
        auto turn = run::Turn::take(run::Turn::default_path(), interrupts_, [this] {
            progress_.say(
                "another run is measuring on this machine: waiting for it to end (Ctrl-C gives up)");
        });
        if (!turn) return tl::unexpected(measurement(turn.error()));
        if (auto moved = move_heads(); !moved) return tl::unexpected(measurement(moved.error()));
        auto pairing = duel::Pairing::prepare(contests_, interrupts_,
                                              [this](const std::string& line) { progress_.say(line); });
        if (!pairing) return tl::unexpected(measurement(pairing.error()));
        pairing_.emplace(std::move(*pairing));
        drop_unmeasurable();
        run_ = new_run({model::Profile::full, globals_.command_line}, plan_.bank.seed, random_);
        run_.note = kRunNote;
        auto begun = begin_run(connection_, run_, selected_, jobs_, random_);
        if (!begun) return tl::unexpected(measurement(begun.error()));
        progress_.say(fmt::format("run {}: {} against {}, seed {}; a round takes about {}", short_id(run_.id),
                                  counted(contests_.size(), "benchmark"),
                                  relinked_.empty() ? "a copy" : relinked_.string(), plan_.bank.seed,
                                  run::short_duration(round_cost())));
        PairLog log(connection_, run_.id, random_);
        return finish(duel::fill_bank(bank_, contests_, plan_.bank, acts(log)));
    }

    nanoseconds round_cost() const {
        nanoseconds cost{};
        for (const duel::Contest& contest : contests_) cost += pairing_->cost(contest);
        return cost;
    }

    // A base that could not be calibrated keeps its row, and the bank its order, without any contest.
    void drop_unmeasurable() {
        std::vector<duel::Contest> contests;
        judge::Bank bank;
        std::map<std::size_t, std::size_t> moved;
        std::size_t row = 0;
        for (duel::Contest& contest : contests_) {
            const bool has_row =
                row < bank_.rows.size() && bank_.rows[row].about.benchmark == contest.benchmark.id;
            if (contest.state == judge::RowState::measured) {
                moved[row] = bank.rows.size();
                bank.rows.push_back(std::move(bank_.rows[row]));
                contests.push_back(std::move(contest));
            } else if (has_row) {
                failed_ = true;
                notes_.push_back(fmt::format("failed: {}: {}", contest.benchmark.id, contest.note));
            }
            row += has_row ? 1 : 0;
        }
        for (judge::InjectedRow& injected : bank_.injected) {
            if (!moved.contains(injected.row)) continue;
            injected.row = moved[injected.row];
            bank.injected.push_back(std::move(injected));
        }
        contests_ = std::move(contests);
        bank_ = std::move(bank);
    }

    duel::BankActs acts(PairLog& log) {
        duel::BankActs acts;
        // The head is the copy, so it is not the pair of two base processes that a gate's control is; what
        // is stored as a control is a pair whose sides must not differ.
        acts.measure = [this](const duel::Contest& contest, double slowdown, std::uint64_t seed) {
            return pairing_->measure(contest, store::Stage::screening, seed, interrupts_, slowdown);
        };
        const run::Revision revision = run::git_revision(suites_, interrupts_);
        acts.keep = [&log, revision](const duel::Contest& contest, const model::Pair& pair) {
            return log.keep(contest.benchmark, store::Stage::control, {*contest.base, revision},
                            {*contest.head, revision}, pair);
        };
        acts.can_slow_down = [this](const duel::Contest& contest) { return pairing_->has_slices(contest); };
        acts.show = [this](const duel::BankPosition& position) { show(position); };
        acts.elapsed = [this] { return since(started_); };
        return acts;
    }

    void show(const duel::BankPosition& position) {
        const nanoseconds passed = since(started_);
        run::Position shown;
        shown.round = shown.rounds = 1;
        shown.done = position.done;
        shown.total = std::max(position.total, position.done + 1);
        const auto left = static_cast<std::int64_t>(shown.total - shown.done);
        if (position.done > 0) shown.left = passed / static_cast<std::int64_t>(position.done) * left;
        shown.left = std::min(shown.left, plan_.bank.budget - passed);
        shown.benchmark = position.contest->benchmark.id;
        progress_.step(shown);
        if (passed - said_ < kSayEvery) return;
        said_ = passed;
        progress_.say(fmt::format("{} of about {} pairs, about {} left", shown.done, shown.total,
                                  run::short_duration(shown.left)));
    }

    tl::expected<void, Failure> finish(const Result<duel::Filled>& filled) {
        progress_.clear();
        const auto end = [&](model::RunStatus status, const std::string& note) {
            return store::finish_run(connection_, run_.id, status, now_ns(), note);
        };
        if (!filled) {
            (void)end(model::RunStatus::failed, filled.error().message);
            return tl::unexpected(measurement(filled.error()));
        }
        auto ended =
            end(filled->interrupted ? model::RunStatus::interrupted : model::RunStatus::complete, kRunNote);
        if (!ended) return tl::unexpected(measurement(ended.error()));
        if (filled->interrupted) {
            return tl::unexpected(Failure(fmt::format("interrupted; stored: {} (the same command goes on)",
                                                      counted(filled->pairs, "pair")),
                                          ExitCode::measurement_failed));
        }
        if (filled->pairs > 0) runs_.push_back(run_.id);
        if (filled->out_of_time) {
            notes_.push_back(
                fmt::format("the budget of {} was spent before all pairs were measured: the same "
                            "command goes on",
                            run::short_duration(plan_.bank.budget)));
        }
        for (const auto& [benchmark, reason] : filled->failed) {
            failed_ = true;
            notes_.push_back(fmt::format("failed: {}: {}", benchmark, reason));
        }
        return {};
    }

    Matchup live_matchup(const fs::path& other) const {
        Matchup matchup;
        matchup.base = suites_.string();
        matchup.head = other.string();
        matchup.select = plan_.select;
        matchup.budget = plan_.live_budget;
        matchup.seed = plan_.bank.seed;
        matchup.note = kRunNote;
        return matchup;
    }

    tl::expected<void, Failure> fight_live() {
        if (plan_.live_gates == 0) return {};
        const auto other = other_side();
        if (!other) return tl::unexpected(measurement(other.error()));
        progress_.say(fmt::format("{} of this build against {}", counted(plan_.live_gates, "real gate"),
                                  relinked_.empty() ? "its copy" : relinked_.string()));
        std::vector<std::string> gates;
        Matchup matchup = live_matchup(*other);
        matchup.begun = [&gates](const std::string& run_id) -> Result<void> {
            gates.push_back(run_id);
            return {};
        };
        auto fought =
            run_live_gates(live_, std::move(matchup), plan_.live_gates, globals_, connection_, interrupts_);
        if (!fought) return fought;
        for (const std::string& id : gates) {
            const auto run = store::find_run(connection_, id);
            if (!run) return tl::unexpected(measurement(run.error()));
            if (auto added = add_run(run->run); !added) return tl::unexpected(measurement(added.error()));
        }
        return {};
    }

    SelfTested conclude() {
        if (bank_.injected.empty() && !plan_.bank.slowdowns.empty())
            notes_.push_back("no benchmark is quiet enough to inject a slowdown into");
        if (plan_.bank.slowdowns.empty())
            notes_.push_back("no slowdown was injected (--inject 3%): how much is found is not known");
        SelfTested tested;
        report::SelfTestReport& report = tested.report;
        report.figures = judge::self_test(bank_, plan_.resample);
        report.conclusion = judge::conclude(report.figures, report.floors);
        report.live = live_;
        report.machine_class = model::machine_class(machine_);
        report.runs = runs_;
        report.seed = plan_.bank.seed;
        report.quiet_spread = plan_.resample.quiet_spread;
        report.notes = notes_;
        tested.failed = failed_;
        return tested;
    }

    const SelfTestPlan& plan_;
    const Globals& globals_;
    store::Connection& connection_;
    run::Interrupts& interrupts_;
    fs::path suites_;
    run::Progress progress_{stderr, run::style_for(stderr)};
    store::RandomSource random_ = store::system_random();
    model::Machine machine_ = run::fingerprint();
    fs::path relinked_;  // suites of the other build, if there is one
    Selected selected_;
    std::vector<run::Job> jobs_;
    std::vector<duel::Contest> contests_;
    judge::Bank bank_;
    std::vector<std::string> runs_;  // whose pairs it holds
    std::optional<duel::Twin> twin_;
    std::optional<duel::Pairing> pairing_;
    model::Run run_;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    nanoseconds said_{};
    report::LiveGates live_;
    std::vector<std::string> notes_;
    bool failed_ = false;
};

}  // namespace

tl::expected<SelfTested, Failure> run_self_test(const SelfTestPlan& plan, const Globals& globals,
                                                store::Connection& connection, run::Interrupts& interrupts) {
    return SelfTesting(plan, globals, connection, interrupts).run();
}

}  // namespace harness::cli
