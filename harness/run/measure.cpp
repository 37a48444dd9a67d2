#include "harness/run/measure.h"

#include <algorithm>
#include <map>
#include <utility>

#include "harness/run/child.h"
#include "harness/run/evaluate.h"

namespace harness::run {

namespace {

using Clock = std::chrono::steady_clock;

constexpr nanoseconds kShortestLimit = std::chrono::minutes(1);  // a guest boots in it
constexpr int kLimitSlices = 20;

struct State {
    nanoseconds overhead{};  // of one process, its slice not counted
    bool active = true;
};

class Session {
  public:
    Session(const std::vector<Job>& jobs, const Settings& settings, Interrupts& interrupts,
            Progress& progress, const Sink& sink)
        : jobs_(jobs),
          settings_(settings),
          interrupts_(interrupts),
          progress_(progress),
          sink_(sink),
          random_(settings.seed),
          states_(jobs.size()),
          started_(Clock::now()) {}

    Result<void> warm_up();
    Share plan_rest(int rounds_done, int rounds_wanted) const;
    Result<void> run_round(int round, const Share& share);

    void set_rounds(int rounds) { rounds_ = rounds; }
    std::size_t active() const {
        return static_cast<std::size_t>(std::ranges::count(states_, true, &State::active));
    }
    nanoseconds round_overhead() const;
    std::size_t planned_processes(int rounds_left) const {
        return summary_.processes + active() * static_cast<std::size_t>(rounds_left);
    }
    bool interrupted() { return interrupts_.pending(); }
    Summary summary() { return std::move(summary_); }

  private:
    struct Attempt {
        Finished finished;
        nanoseconds duration{};
        bool interrupted = false;
    };

    Result<Attempt> attempt(std::size_t index, int replicate, nanoseconds slice);
    Result<void> keep(std::size_t index, Attempt& attempt);
    Position position(int round, std::size_t index) const;
    nanoseconds time_limit(nanoseconds slice) const;
    Command command_for(const Job& job, nanoseconds slice);

    const std::vector<Job>& jobs_;
    const Settings& settings_;
    Interrupts& interrupts_;
    Progress& progress_;
    const Sink& sink_;
    std::mt19937_64 random_;
    std::vector<State> states_;
    std::map<std::string, std::map<std::string, std::string>> contexts_;  // by program
    Clock::time_point started_;
    Summary summary_;
    int rounds_ = 0;
    std::size_t total_ = 0;
    double slice_cost_ = Demand{}.slice_cost;
    nanoseconds left_{};
};

nanoseconds Session::time_limit(nanoseconds slice) const {
    return settings_.time_limit.value_or(std::max<nanoseconds>(kShortestLimit, slice * kLimitSlices));
}

Command Session::command_for(const Job& job, nanoseconds slice) {
    Command command;
    command.arguments = benchmark_command(job.program, job.benchmark.case_id, slice, settings_.flags);
    command.environment = {padding_variable(random_)};
    command.time_limit = time_limit(slice);
    command.cpu = settings_.cpu;
    return command;
}

Result<Session::Attempt> Session::attempt(std::size_t index, int replicate, nanoseconds slice) {
    const Job& job = jobs_[index];
    Attempt result;
    model::Process& process = result.finished.process;
    process.benchmark = job.benchmark.id;
    process.definition_version = job.benchmark.definition_version;
    process.replicate = replicate;
    process.started_ns = settings_.clock();
    const Command command = command_for(job, slice);
    const auto report = run_child(command, interrupts_);
    if (!report) {
        process.exit_status = 127;
        process.error = report.error().message;
        return result;
    }
    result.interrupted = report->ending == Ending::interrupted;
    result.duration = report->duration;
    process.exit_status = exit_status(*report);
    process.duration_ns = report->duration.count();
    process.user_ns = report->user.count();
    process.system_ns = report->system.count();
    process.max_rss_bytes = report->max_rss_bytes;
    Evaluation evaluation = evaluate(job.benchmark, *report, command.time_limit);
    process.error = std::move(evaluation.error);
    result.finished.samples = std::move(evaluation.samples);
    if (!evaluation.context.empty()) contexts_[job.program] = std::move(evaluation.context);
    return result;
}

Result<void> Session::keep(std::size_t index, Attempt& attempt) {
    const Job& job = jobs_[index];
    attempt.finished.process.position = static_cast<int>(summary_.processes++);
    attempt.finished.build = describe_build(job.program_hash, settings_.revision, contexts_[job.program]);
    const std::string& error = attempt.finished.process.error;
    if (!error.empty()) {
        states_[index].active = false;
        summary_.failed.push_back(job.benchmark.id);
        progress_.say(fmt::format("failed: {}: {}", job.benchmark.id, error));
    }
    return sink_(attempt.finished);
}

Position Session::position(int round, std::size_t index) const {
    Position position;
    position.round = round;
    position.rounds = rounds_;
    position.done = summary_.processes;
    position.total = total_;
    position.failed = summary_.failed.size();
    position.left = left_;
    if (index < jobs_.size()) position.benchmark = jobs_[index].benchmark.id;
    return position;
}

nanoseconds Session::round_overhead() const {
    nanoseconds sum{};
    for (const State& state : states_) sum += state.active ? state.overhead : nanoseconds{};
    return sum;
}

Result<void> Session::warm_up() {
    total_ = jobs_.size() * static_cast<std::size_t>(settings_.rounds);
    left_ = settings_.budget;
    // Failures are kept at the end, when the context of their program (compiler, flags) is known from the
    // others.
    std::vector<std::pair<std::size_t, Attempt>> failures;
    for (const std::size_t index : shuffled(jobs_.size(), random_)) {
        progress_.step(position(0, index));
        auto done = attempt(index, 0, kShortestSlice);
        if (!done) return tl::unexpected(done.error());
        if (interrupted()) break;
        states_[index].overhead = std::max(nanoseconds{}, done->duration - kShortestSlice);
        if (!done->finished.process.error.empty()) failures.emplace_back(index, std::move(*done));
    }
    for (auto& [index, failure] : failures) {
        if (auto kept = keep(index, failure); !kept) return kept;
    }
    return {};
}

Share Session::plan_rest(int rounds_done, int rounds_wanted) const {
    Demand demand;
    demand.time_left = settings_.budget - (Clock::now() - started_);
    demand.benchmarks = active();
    demand.rounds_wanted = rounds_wanted;
    demand.fewest_rounds = std::clamp(kFewestReplicates - rounds_done, 0, rounds_wanted);
    demand.round_overhead = round_overhead();
    demand.slice_cost = slice_cost_;
    if (!settings_.slice) return share_out(demand);
    // The user's own choice: no budget applies.
    return {rounds_wanted, *settings_.slice, expected_time(demand, rounds_wanted, *settings_.slice), true};
}

Result<void> Session::run_round(int round, const Share& share) {
    const auto begun = Clock::now();
    const std::size_t count = active();
    const std::size_t rounds_left = static_cast<std::size_t>(rounds_) - static_cast<std::size_t>(round) + 1;
    total_ = summary_.processes + count * rounds_left;
    const nanoseconds overhead = round_overhead();
    const nanoseconds each =
        share.expected / static_cast<nanoseconds::rep>(std::max<std::size_t>(count * rounds_left, 1));
    for (const std::size_t index : shuffled(jobs_.size(), random_)) {
        if (!states_[index].active) continue;
        left_ = each * static_cast<nanoseconds::rep>(total_ - summary_.processes);
        progress_.step(position(round, index));
        auto done = attempt(index, round - 1, share.slice);
        if (!done) return tl::unexpected(done.error());
        if (interrupted()) return {};
        // What the warm-up spent on cold files is not overhead of every process.
        State& state = states_[index];
        state.overhead = std::clamp(done->duration - share.slice, nanoseconds{}, state.overhead);
        if (auto kept = keep(index, *done); !kept) return kept;
        if (!state.active) total_ -= static_cast<std::size_t>(rounds_ - round);
    }
    slice_cost_ = observed_slice_cost(Clock::now() - begun, overhead, share.slice, count);
    left_ = each * static_cast<nanoseconds::rep>(total_ - summary_.processes);
    progress_.round_done(position(round, jobs_.size()));
    return {};
}

void announce_fewer(const Share& share, int rounds_done, const Settings& settings, Progress& progress) {
    progress.say(fmt::format("note: {} processes a benchmark instead of {}, to keep within the budget of {}",
                             rounds_done + share.rounds, settings.rounds, short_duration(settings.budget)));
}

void announce_overrun(const Share& share, std::size_t benchmarks, const Settings& settings,
                      Progress& progress) {
    progress.say(fmt::format(
        "note: the budget of {} cannot be met: {} processes of each of {} benchmarks, the fewest that "
        "decide anything, will take about {}",
        short_duration(settings.budget), share.rounds, benchmarks, short_duration(share.expected)));
}

}  // namespace

Result<Summary> measure(const std::vector<Job>& jobs, const Settings& settings, Interrupts& interrupts,
                        Progress& progress, const PlanSink& planned, const Sink& sink) {
    Session session(jobs, settings, interrupts, progress, sink);
    if (auto warm = session.warm_up(); !warm) return tl::unexpected(warm.error());
    int rounds = settings.rounds;
    for (int done = 0; done < rounds && session.active() > 0 && !session.interrupted(); ++done) {
        const Share share = session.plan_rest(done, rounds - done);
        if (done == 0 && !share.fits) announce_overrun(share, session.active(), settings, progress);
        if (done + share.rounds < rounds) announce_fewer(share, done, settings, progress);
        if (done == 0 || done + share.rounds < rounds) {
            auto told = planned(session.planned_processes(share.rounds));
            if (!told) return tl::unexpected(told.error());
        }
        rounds = done + share.rounds;
        if (done == rounds) break;
        session.set_rounds(rounds);
        if (auto ran = session.run_round(done + 1, share); !ran) return tl::unexpected(ran.error());
    }
    progress.clear();
    const bool interrupted = session.interrupted();
    Summary summary = session.summary();
    summary.interrupted = interrupted;
    return summary;
}

}  // namespace harness::run
