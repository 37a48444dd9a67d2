#include "harness/duel/pairing.h"

#include <algorithm>

#include "harness/run/alternate.h"
#include "harness/run/evaluate.h"
#include "harness/run/worker.h"

namespace harness::duel {

namespace {

// Of programs that are measured by whole processes.
constexpr const char* kProcessSlice = "--benchmark_min_time=0.1";
constexpr std::chrono::milliseconds kProcessCost{200};

std::vector<std::string> process_of(const run::Job& job) {
    if (!job.command.empty()) return job.command;
    return {job.program, "--benchmark_filter=" + run::exact_filter(job.benchmark.case_id),
            "--benchmark_format=json", kProcessSlice};
}

// What the counting slices of one pair may take in all: fewer couples where single slices are long. At 700 ms
// pairs of whole programs and of walks over 64 MiB, of 16 couples, differed by 2 to 4 %; with twice as many
// by 1 to 2 %. Estimators other than the median, and several processes a pair, made it worse.
constexpr std::chrono::milliseconds kPairTime{1500};
constexpr int kFewestCouples = 2;

run::PairSettings shape_of(const run::Calibration& known) {
    run::PairSettings shape;
    const std::int64_t fitting = kPairTime / std::max(2 * known.round_trip, std::chrono::nanoseconds(1));
    shape.couples = static_cast<int>(std::clamp<std::int64_t>(fitting, kFewestCouples, shape.couples));
    shape.most_couples = 2 * shape.couples;
    shape.iterations = known.iterations;
    return shape;
}

run::WorkerStart worker_of(const run::Job& job, int cpu) {
    run::WorkerStart start;
    start.program = job.program;
    start.case_id = job.benchmark.case_id;
    start.cpu = cpu;
    return start;
}

model::Pair failed(std::string error) {
    model::Pair pair;
    pair.ending = model::PairEnding::failed;
    pair.error = std::move(error);
    return pair;
}

}  // namespace

Result<Pairing> Pairing::prepare(std::span<Contest> contests, run::Interrupts& interrupts,
                                 const std::function<void(const std::string&)>& say) {
    Pairing pairing;
    const auto cpus = run::allowed_cpus();
    if (!cpus) return tl::unexpected(cpus.error());
    pairing.placement_ = run::choose_cpus(*cpus);
    auto staging = run::Staging::create();
    if (!staging) return tl::unexpected(staging.error());
    pairing.staging_.emplace(std::move(*staging));
    const int cpu = pairing.placement_->workers;
    std::size_t without = 0;
    for (Contest& contest : contests) {
        if (contest.state != judge::RowState::measured || !contest.base->command.empty()) continue;
        if (interrupts.pending()) return fail("interrupted");
        const auto base = worker_of(*contest.base, cpu);
        if (!run::has_worker_mode(base, interrupts) ||
            !run::has_worker_mode(worker_of(*contest.head, cpu), interrupts)) {
            ++without;
            continue;
        }
        auto calibration = run::calibrate(base, run::kTargetSlice, interrupts);
        if (calibration) {
            pairing.calibrations_.emplace(contest.benchmark.id, std::move(*calibration));
        } else {
            contest.state = judge::RowState::failed;
            contest.note = "base: " + calibration.error().message;
        }
    }
    if (without != 0) {
        say(fmt::format(
            "{} benchmarks have no worker mode on both sides: measured by whole processes in turns, "
            "which sees much less",
            without));
    }
    return pairing;
}

std::chrono::nanoseconds Pairing::cost(const Contest& contest) const {
    const run::AlternateSettings whole;
    const auto found = calibrations_.find(contest.benchmark.id);
    if (found == calibrations_.end()) return 2 * whole.couples * kProcessCost;
    const run::Calibration& known = found->second;
    const run::PairSettings shape = shape_of(known);
    return 2 * known.start_up + 2 * (shape.warm_ups + shape.couples) * known.round_trip;
}

bool Pairing::has_slices(const Contest& contest) const {
    return calibrations_.contains(contest.benchmark.id);
}

model::Pair Pairing::measure(const Contest& contest, store::Stage stage, std::uint64_t seed,
                             run::Interrupts& interrupts, double slowdown) {
    const run::Job& base = *contest.base;
    const run::Job& head = stage == store::Stage::control ? base : *contest.head;
    const auto staged_base = staged(base, "base");
    if (!staged_base) return failed(staged_base.error().message);
    const auto staged_head = staged(head, "head");
    if (!staged_head) return failed(staged_head.error().message);
    auto pair = has_slices(contest)
                    ? measure_slices(contest, *staged_base, *staged_head, seed, interrupts, slowdown)
                    : measure_processes(contest, *staged_base, *staged_head, seed, interrupts, slowdown);
    if (base.command.empty()) pair.base.program = base.program;
    if (head.command.empty()) pair.head.program = head.program;
    return pair;
}

Result<run::Job> Pairing::staged(const run::Job& job, std::string_view name) const {
    // A copy of another project's program may miss libraries that lie beside the original.
    if (!job.command.empty() || !job.is_suite) return job;
    auto program = staging_->copy(name, {job.program, job.files});
    if (!program) return tl::unexpected(program.error());
    run::Job copy = job;
    copy.program = std::move(*program);
    return copy;
}

model::Pair Pairing::measure_processes(const Contest& contest, const run::Job& base, const run::Job& head,
                                       std::uint64_t seed, run::Interrupts& interrupts,
                                       double slowdown) const {
    if (slowdown != 1) return failed("no worker mode: a slowdown cannot be injected");
    run::AlternateSettings settings;
    settings.case_id = contest.benchmark.case_id;
    settings.time = base.command.empty() ? run::ProcessTime::google_benchmark : run::ProcessTime::whole;
    settings.seed = seed;
    settings.placement = placement_;
    return run::alternate({process_of(base), process_of(head)}, settings, interrupts);
}

model::Pair Pairing::measure_slices(const Contest& contest, const run::Job& base, const run::Job& head,
                                    std::uint64_t seed, run::Interrupts& interrupts, double slowdown) const {
    run::PairSettings settings = shape_of(calibrations_.at(contest.benchmark.id));
    settings.seed = seed;
    settings.placement = placement_;
    settings.head_slowdown = slowdown;
    return run::measure_pair({base.program, head.program}, contest.benchmark.case_id, settings, interrupts);
}

}  // namespace harness::duel
