#include <algorithm>
#include <memory>
#include <random>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "harness/cli/command.h"
#include "harness/cli/doctor_text.h"
#include "harness/cli/record.h"
#include "harness/cli/select.h"
#include "harness/cli/text.h"
#include "harness/duel/bank.h"
#include "harness/duel/contests.h"
#include "harness/duel/pairing.h"
#include "harness/run/machine.h"
#include "harness/run/progress.h"
#include "harness/run/turn.h"

namespace harness::cli {

namespace {

using model::ExitCode;
using std::chrono::nanoseconds;

constexpr nanoseconds kProbe = std::chrono::seconds(1);
// A benchmark's share of the time: finding out what a slice is, and a handful of pairs.
constexpr nanoseconds kShare = std::chrono::seconds(5);

struct Options {
    SelectOptions select;
    std::string budget = "1m";
    bool no_measuring = false;
};

// Measures a sample of benchmarks against themselves, in rounds, until the time is up.
class Examination {
  public:
    Examination(nanoseconds budget, run::Interrupts& interrupts) : budget_(budget), interrupts_(interrupts) {}

    Result<std::vector<Glimpse>> run(const std::vector<run::Job>& jobs) {
        auto turn = run::Turn::take(run::Turn::default_path(), interrupts_, [this] {
            progress_.say(
                "another run is measuring on this machine: waiting for it to end (Ctrl-C gives up)");
        });
        if (!turn) return tl::unexpected(turn.error());
        started_ = std::chrono::steady_clock::now();
        auto contests = choose(jobs);
        auto pairing = duel::Pairing::prepare(contests, interrupts_,
                                              [this](const std::string& line) { progress_.say(line); });
        if (!pairing) return tl::unexpected(pairing.error());
        begin(contests, *pairing);
        for (std::size_t round = 1; !over(); ++round) {
            const std::size_t before = measured_;
            measure_round(contests, *pairing, round);
            if (measured_ == before) break;
        }
        progress_.clear();
        return std::move(glimpses_);
    }

  private:
    std::vector<duel::Contest> choose(const std::vector<run::Job>& jobs) const {
        const auto taken = static_cast<std::size_t>(std::max<std::int64_t>(budget_ / kShare, 1));
        std::vector<run::Job> chosen;
        for (const std::size_t index : evenly(jobs.size(), taken)) chosen.push_back(jobs[index]);
        return duel::match(chosen, chosen);
    }

    void begin(const std::vector<duel::Contest>& contests, const duel::Pairing& pairing) {
        for (const duel::Contest& contest : contests) {
            const bool fit = contest.state == judge::RowState::measured;
            glimpses_.push_back(
                {contest.benchmark.id, {}, fit ? pairing.cost(contest) : nanoseconds{}, contest.note});
        }
    }

    bool over() { return std::chrono::steady_clock::now() - started_ >= budget_ || interrupts_.pending(); }

    void measure_round(const std::vector<duel::Contest>& contests, duel::Pairing& pairing,
                       std::size_t round) {
        for (std::size_t i = 0; i < contests.size() && !over(); ++i) {
            if (!glimpses_[i].error.empty()) continue;
            run::Position shown;
            shown.round = shown.rounds = static_cast<int>(round);
            shown.done = measured_;
            shown.total = measured_ + contests.size() - i;
            shown.left = budget_ - (std::chrono::steady_clock::now() - started_);
            shown.benchmark = contests[i].benchmark.id;
            progress_.step(shown);
            measure(contests[i], pairing, glimpses_[i]);
        }
    }

    void measure(const duel::Contest& contest, duel::Pairing& pairing, Glimpse& glimpse) {
        const model::Pair pair = pairing.measure(contest, store::Stage::control, random_(), interrupts_);
        if (pair.ending == model::PairEnding::interrupted) return;
        ++measured_;
        if (pair.ending != model::PairEnding::measured) glimpse.error = pair.error;
        if (const auto value = duel::banked_pair(contest.benchmark, pair))
            glimpse.values.push_back(value->value);
    }

    nanoseconds budget_;
    run::Interrupts& interrupts_;
    run::Progress progress_{stderr, run::style_for(stderr)};
    std::mt19937_64 random_{std::random_device{}()};
    std::chrono::steady_clock::time_point started_;
    std::vector<Glimpse> glimpses_;
    std::size_t measured_ = 0;
};

Result<void> print_conditions() {
    const auto cpus = run::allowed_cpus();
    if (!cpus) return tl::unexpected(cpus.error());
    auto conditions = run::read_conditions(run::choose_cpus(*cpus));
    const auto probed = run::conditions_of(run::probe(kProbe, run::Turn::default_path()));
    conditions.insert(conditions.end(), probed.begin(), probed.end());
    fmt::print("{}\n{}", fingerprint_text(run::fingerprint()), conditions_text(conditions));
    const auto noisy = std::ranges::count_if(conditions, [](const run::Condition& condition) {
        return condition.state == run::Condition::State::noisy;
    });
    fmt::print("\n{} of {} conditions are noisy\n", noisy, conditions.size());
    return {};
}

Outcome examine(const Options& options, const Globals& globals) {
    const auto budget = parse_duration(options.budget);
    if (!budget) return fail("--budget: {}", budget.error().message);
    auto interrupts = run::Interrupts::create();
    if (!interrupts) return tl::unexpected(interrupts.error());
    if (auto printed = print_conditions(); !printed) return tl::unexpected(printed.error());
    std::fflush(stdout);
    if (options.no_measuring) return ExitCode::ok;
    const auto selected = select(globals, options.select, model::Profile::quick, *interrupts);
    if (!selected) return tl::unexpected(selected.error());
    const auto jobs = jobs_for(*selected);
    if (!jobs) return tl::unexpected(jobs.error());
    const auto glimpses = Examination(*budget, *interrupts).run(*jobs);
    if (!glimpses) return tl::unexpected(Failure(glimpses.error().message, ExitCode::measurement_failed));
    fmt::print("\n{} of {} against themselves:\n{}", glimpses->size(), counted(jobs->size(), "benchmark"),
               glimpses_text(*glimpses, {}));
    const bool failed = !selected->broken.empty() ||
                        std::ranges::any_of(*glimpses, [](const Glimpse& one) { return !one.error.empty(); });
    return failed ? ExitCode::measurement_failed : ExitCode::ok;
}

}  // namespace

Action declare_doctor(CLI::App& app, const Globals& globals) {
    const auto options = std::make_shared<Options>();
    declare_selection(app, options->select);
    app.add_option("--budget", options->budget, "For measuring: a benchmark for each five seconds of it")
        ->type_name("TIME")
        ->capture_default_str();
    app.add_flag("--no-measuring", options->no_measuring, "Only say what the machine is like");
    app.footer("Stores nothing. How often gates alarm here without cause: vmbench selftest.\n");
    return [options, &globals] { return examine(*options, globals); };
}

}  // namespace harness::cli
