#include "harness/cli/side_by_side.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "harness/cli/pair_log.h"
#include "harness/cli/policy.h"
#include "harness/cli/record.h"
#include "harness/cli/text.h"
#include "harness/duel/contests.h"
#include "harness/duel/fight.h"
#include "harness/duel/instructions.h"
#include "harness/duel/pairing.h"
#include "harness/duel/plan.h"
#include "harness/duel/relink.h"
#include "harness/duel/rows.h"
#include "harness/duel/terms.h"
#include "harness/judge/side_by_side.h"
#include "harness/run/progress.h"
#include "harness/run/turn.h"
#include "harness/store/duels.h"
#include "harness/store/pairs.h"
#include "harness/store/runs.h"
#include "harness/store/verdicts.h"

namespace harness::cli {

namespace {

using model::ExitCode;
using std::chrono::nanoseconds;

// Benchmarks measured base against base.
constexpr std::size_t kControls = 3;

// One side's programs and benchmarks.
struct Entry {
    duel::BuiltSide side;
    Selected selected;
    std::vector<run::Job> jobs;
    run::Revision revision;
};

Failure measurement(const Error& error) { return {error.message, ExitCode::measurement_failed}; }

class SideBySide {
  public:
    SideBySide(const Matchup& matchup, const Globals& globals, store::Connection& connection,
               run::Interrupts& interrupts)
        : matchup_(matchup), globals_(globals), connection_(connection), interrupts_(interrupts) {}

    tl::expected<void, Failure> prepare() {
        auto base = enter(matchup_.base);
        if (!base) return tl::unexpected(Failure(base.error()));
        auto head = enter(matchup_.head);
        if (!head) return tl::unexpected(Failure(head.error()));
        base_ = std::move(*base);
        head_ = std::move(*head);
        call_programs_alike();
        contests_ = duel::match(base_.jobs, head_.jobs);
        if (auto linked = link(); !linked) return tl::unexpected(Failure(linked.error()));
        auto turn = run::Turn::take(run::Turn::default_path(), interrupts_, [this] {
            progress_.say(
                "another run is measuring on this machine: waiting for it to end (Ctrl-C gives up)");
        });
        if (!turn) return tl::unexpected(measurement(turn.error()));
        turn_.emplace(std::move(*turn));
        auto pairing = duel::Pairing::prepare(contests_, interrupts_,
                                              [this](const std::string& line) { progress_.say(line); });
        if (!pairing) return tl::unexpected(measurement(pairing.error()));
        pairing_.emplace(std::move(*pairing));
        return {};
    }

    // What is to be measured, and what is known of it from earlier runs.
    Result<std::vector<duel::Outlook>> outlooks() const {
        const auto judged = judged_rows();
        if (!judged) return tl::unexpected(judged.error());
        std::vector<duel::Outlook> rows;
        for (std::size_t i = 0; i < contests_.size(); ++i) {
            const duel::Contest& contest = contests_[i];
            if (contest.state != judge::RowState::measured) continue;
            const auto pairs = store::last_screening(connection_, contest.benchmark.id);
            if (!pairs) return tl::unexpected(pairs.error());
            duel::Outlook row;
            row.benchmark = contest.benchmark.id;
            row.pair = pairing_->cost(contest);
            row.spread = duel::spread_of(*pairs);
            row.minimum_effect = (*judged)[i].row.minimum_effect;
            rows.push_back(std::move(row));
        }
        return rows;
    }

    void print_plan(const duel::Plan& plan) const {
        const judge::GateSettings& gate = matchup_.gate;
        std::vector<std::vector<std::string>> table{
            {"benchmark", "a pair takes", "pairs spread", "seen from"}};
        for (const duel::PlannedRow& row : plan.rows) {
            const auto& known = row.outlook.spread;
            table.push_back({row.outlook.benchmark, run::short_duration(row.outlook.pair),
                             known ? fmt::format("{:.1f} %", 100 * *known)
                                   : fmt::format("({:.1f} % assumed)", 100 * duel::kAssumedSpread),
                             fmt::format("{:.1f} %", 100 * row.smallest_change)});
        }
        fmt::print("{}\n", aligned(table));
        fmt::print("{} of {} can be measured\n", plan.rows.size(), counted(contests_.size(), "benchmark"));
        if (matchup_.relink > 0) {
            fmt::print("before: {} pairs each of the link orders of either side\n",
                       duel::kRelinkPairs * static_cast<std::size_t>(matchup_.relink - 1));
        }
        fmt::print("screening: {} pairs each, {}\n", gate.screening_pairs,
                   run::short_duration(plan.screening));
        fmt::print("confirmation: up to {} fresh pairs of about {}, {}\n", gate.looks.back().pairs,
                   counted(plan.suspects, "suspect"), run::short_duration(plan.confirmation));
        fmt::print("seen from: the smallest change found in {:.0f} of 100 runs\n", 100 * gate.power);
    }

    tl::expected<model::Comparison, Failure> measure() {
        model::Run run = new_run({model::Profile::full, globals_.command_line}, matchup_.seed, random_);
        run.note = matchup_.note;
        if (matchup_.relink > 0) compare_link_orders();
        if (matchup_.instructions) count_instructions();
        auto rows = judged_rows();
        if (!rows) return tl::unexpected(Failure(rows.error()));
        duel::Terms terms = terms_for(run, std::move(*rows));
        auto begun = begin(run, terms);
        if (begun && matchup_.begun) begun = matchup_.begun(run.id);
        if (!begun) return tl::unexpected(measurement(begun.error()));
        progress_.say(fmt::format("run {}: {} side by side, seed {}", short_id(run.id),
                                  counted(contests_.size(), "benchmark"), matchup_.seed));
        PairLog log(connection_, run.id, random_);
        const auto duel =
            duel::fight(contests_, terms.rows, {terms.gate, matchup_.seed, matchup_.budget}, acts(log));
        progress_.clear();
        if (auto ended = end(run, duel); !ended) return tl::unexpected(ended.error());
        if (duel->out_of_time) {
            terms.notes.insert(terms.notes.begin(),
                               fmt::format("the budget of {} was spent before all pairs were measured",
                                           run::short_duration(matchup_.budget)));
        }
        return judged(run, terms, *duel);
    }

  private:
    Result<Entry> enter(const std::string& text, std::optional<int> link_seed = std::nullopt) {
        duel::SideSettings settings = matchup_.sides;
        settings.link_seed = link_seed;
        auto side = duel::resolve_side(text, settings, interrupts_,
                                       [this](std::string_view line) { progress_.say(line); });
        if (!side) return tl::unexpected(side.error());
        if (!matchup_.command.empty()) return command_entry(std::move(*side));
        Globals there = globals_;
        there.suite_folder = side->suites.string();
        auto selected = side->programs.empty()
                            ? select(there, matchup_.select, std::nullopt, interrupts_)
                            : select_programs(side->programs, matchup_.select, interrupts_);
        if (!selected) return fail("{}: {}", text, selected.error().message);
        for (const std::string& line : selected->broken)
            progress_.say(fmt::format("failed in {}: {}", text, line));
        if (!matchup_.references) leave_out_references(*selected);
        auto jobs = jobs_for(*selected);
        if (!jobs) return tl::unexpected(jobs.error());
        const run::Revision revision = revision_of(*side);
        return Entry{std::move(*side), std::move(*selected), std::move(*jobs), revision};
    }

    run::Revision revision_of(const duel::BuiltSide& side) const {
        if (!side.commit.empty()) return {side.commit, false};
        return run::git_revision(side.suites, interrupts_);
    }

    // The command line, run in the side's folder by the shell, is all there is to measure.
    Entry command_entry(duel::BuiltSide side) const {
        model::Case one;
        one.id = matchup_.command;
        one.metrics = {{"time", "ns", model::Direction::lower}};
        SelectedSuite suite;
        suite.found.suite.manifest = {"command", "sh", "Command lines", "Whole processes of any program"};
        suite.found.program = "/bin/sh";
        suite.cases = {one};
        const run::Job job{
            .benchmark = model::make_benchmark("command", one),
            .program = "/bin/sh",
            .program_hash = side.commit,
            .command = {"/bin/sh", "-c", "cd \"$0\" && " + matchup_.command, side.tree.string()}};
        const run::Revision revision = revision_of(side);
        return {std::move(side), {{std::move(suite)}, {}}, {job}, revision};
    }

    // Two single programs are two builds of one suite, whatever they are called.
    void call_programs_alike() {
        const bool single = base_.side.programs.size() == 1 && head_.side.programs.size() == 1;
        if (!single || base_.jobs.empty() || head_.jobs.empty()) return;
        for (run::Job& job : base_.jobs) {
            job.benchmark.suite = head_.jobs.front().benchmark.suite;
            job.benchmark.id = model::benchmark_id(job.benchmark.suite, job.benchmark.case_id);
        }
        base_.selected = head_.selected;
    }

    Result<std::vector<duel::LedgerRow>> judged_rows() const {
        auto rows =
            duel::rows_of(contests_, {matchup_.rules, matchup_.accepted, today(), matchup_.min_effect});
        // The first rows are the times of the contests, in their order.
        for (std::size_t i = 0; rows && i < contests_.size(); ++i) note_counts(contests_[i], (*rows)[i].row);
        return rows;
    }

    // What instruction counts and link orders tell of a row before it is measured.
    void note_counts(const duel::Contest& contest, judge::PairedRow& row) const {
        row.suspected = judge::is_suspect(contest.benchmark.id, counts_);
        const auto found = relinked_.find(contest.benchmark.id);
        if (found == relinked_.end() || contest.state != judge::RowState::measured) return;
        row.minimum_effect = judge::minimum_effect(row.minimum_effect, found->second);
        row.note = fmt::format("link orders differ by {:.1f} %", 100 * found->second);
    }

    duel::Terms terms_for(const model::Run& run, std::vector<duel::LedgerRow> rows) const {
        duel::Terms terms;
        terms.base = matchup_.base;
        terms.head = matchup_.head;
        terms.base_revision = base_.side.commit;
        terms.head_revision = head_.side.commit;
        terms.machine_class = model::machine_class(run.machine);
        terms.rules_hash = judge::rules_hash(matchup_.rules);
        terms.gate = matchup_.gate;
        terms.rows = std::move(rows);
        terms.counts = counts_;
        duel::choose_controls(terms.rows, kControls, matchup_.seed);
        terms.notes.push_back("measured again by: " + again());
        return terms;
    }

    // Both sides in several link orders, if they are asked for.
    Result<void> link() {
        for (auto* orders : {&base_orders_, &head_orders_}) {
            const std::string& text = orders == &base_orders_ ? matchup_.base : matchup_.head;
            for (int seed = 1; seed <= matchup_.relink; ++seed) {
                auto entry = enter(text, seed);
                if (!entry) return tl::unexpected(entry.error());
                orders->push_back(std::move(entry->jobs));
            }
            if (auto checked = duel::check_orders(*orders, text); !checked) return checked;
        }
        return {};
    }

    void compare_link_orders() {
        progress_.say(fmt::format("measuring {} link orders of each side", matchup_.relink));
        duel::RelinkActs acts;
        acts.measure = [this](const duel::Contest& orders, std::uint64_t seed) {
            return pairing_->measure(orders, store::Stage::screening, seed, interrupts_);
        };
        acts.show = [this, done = std::size_t{0}](const duel::Contest& orders) mutable {
            const auto others = static_cast<std::size_t>(matchup_.relink - 1);
            show({store::Stage::screening, done++, 2 * contests_.size() * others * duel::kRelinkPairs,
                  &orders});
        };
        relinked_ =
            duel::relink_spreads(contests_, base_orders_, head_orders_, matchup_.seed, acts, interrupts_);
    }

    void count_instructions() {
        const auto count = [this](const run::Job& base, const run::Job& head) {
            return duel::count_sides(base, head, interrupts_);
        };
        const auto show = [this](const duel::Contest& contest) {
            progress_.say(fmt::format("counting instructions of {}", contest.benchmark.id));
        };
        counts_ = duel::count_contests(contests_, count, show, interrupts_);
    }

    duel::DuelActs acts(PairLog& log) {
        duel::DuelActs acts;
        acts.measure = [this](const duel::Contest& contest, store::Stage stage, std::uint64_t seed) {
            return pairing_->measure(contest, stage, seed, interrupts_);
        };
        acts.keep = [this, &log](const duel::Contest& contest, store::Stage stage, const model::Pair& pair) {
            const MeasuredSide base{*contest.base, base_.revision};
            const MeasuredSide head{*contest.head, head_.revision};
            return log.keep(contest.benchmark, stage, base, stage == store::Stage::control ? base : head,
                            pair);
        };
        acts.show = [this](const duel::DuelPosition& position) { show(position); };
        acts.elapsed = [started = std::chrono::steady_clock::now()] {
            return std::chrono::steady_clock::now() - started;
        };
        return acts;
    }

    Result<void> begin(const model::Run& run, const duel::Terms& terms) {
        // Head's descriptions are recorded last: they are the newer ones.
        if (auto done = record_descriptions(connection_, base_.selected, base_.jobs); !done) return done;
        if (auto done = begin_run(connection_, run, head_.selected, head_.jobs, random_); !done) return done;
        return store::record_terms(connection_, run.id, duel::to_text(terms));
    }

    // Says in the store how the run ended, and gives up where it did not come to its end.
    tl::expected<void, Failure> end(const model::Run& run, const Result<duel::Duel>& duel) {
        const auto finish = [&](model::RunStatus status, const std::string& note) {
            return store::finish_run(connection_, run.id, status, now_ns(), note);
        };
        if (!duel) {
            (void)finish(model::RunStatus::failed, duel.error().message);
            return tl::unexpected(measurement(duel.error()));
        }
        auto done =
            finish(duel->interrupted ? model::RunStatus::interrupted : model::RunStatus::complete, run.note);
        if (!done) return tl::unexpected(measurement(done.error()));
        if (!duel->interrupted) return {};
        return tl::unexpected(Failure(fmt::format("interrupted; stored: {}", counted(duel->pairs, "pair")),
                                      ExitCode::measurement_failed));
    }

    void show(const duel::DuelPosition& position) {
        run::Position shown;
        shown.round = position.stage == store::Stage::screening ? 1 : 2;
        shown.rounds = 2;
        shown.done = position.done;
        shown.total = std::max(position.total, position.done + 1);
        shown.benchmark = position.contest->benchmark.id;
        progress_.step(shown);
    }

    tl::expected<model::Comparison, Failure> judged(const model::Run& run, const duel::Terms& terms,
                                                    const duel::Duel& duel) {
        model::Comparison comparison = duel::judge_duel(terms, run.id, duel.rows, duel.health);
        auto kept = store::record_terms(connection_, run.id, duel::to_text(terms));
        if (kept) kept = store::record_verdicts(connection_, comparison, now_ns());
        if (!kept) return tl::unexpected(measurement(kept.error()));
        return comparison;
    }

    // The command that measures the same in the same order.
    std::string again() const {
        const std::string& typed = globals_.command_line;
        return typed.find("--seed") != std::string::npos ? typed
                                                         : fmt::format("{} --seed {}", typed, matchup_.seed);
    }

    const Matchup& matchup_;
    const Globals& globals_;
    store::Connection& connection_;
    run::Interrupts& interrupts_;
    run::Progress progress_{stderr, run::style_for(stderr)};
    store::RandomSource random_ = store::system_random();
    Entry base_;
    Entry head_;
    std::vector<duel::Contest> contests_;
    std::vector<judge::InstructionCount> counts_;  // none unless asked for
    duel::LinkOrders base_orders_;
    duel::LinkOrders head_orders_;
    std::map<std::string, double> relinked_;  // what link orders differ by; empty unless asked for
    std::optional<run::Turn> turn_;
    std::optional<duel::Pairing> pairing_;
};

}  // namespace

Outcome plan_side_by_side(const Matchup& matchup, const Globals& globals, store::Connection& connection,
                          run::Interrupts& interrupts) {
    SideBySide sides(matchup, globals, connection, interrupts);
    if (auto prepared = sides.prepare(); !prepared) return tl::unexpected(prepared.error());
    const auto rows = sides.outlooks();
    if (!rows) return tl::unexpected(rows.error());
    sides.print_plan(duel::make_plan(*rows, matchup.gate));
    return ExitCode::ok;
}

tl::expected<model::Comparison, Failure> measure_side_by_side(const Matchup& matchup, const Globals& globals,
                                                              store::Connection& connection,
                                                              run::Interrupts& interrupts) {
    SideBySide sides(matchup, globals, connection, interrupts);
    if (auto prepared = sides.prepare(); !prepared) return tl::unexpected(prepared.error());
    return sides.measure();
}

}  // namespace harness::cli
