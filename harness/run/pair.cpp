#include "harness/run/pair.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <random>
#include <utility>

#include "harness/run/interleave.h"
#include "harness/run/surroundings.h"
#include "harness/run/worker.h"

namespace harness::run {

namespace {

using model::Side;

// Why figures of the two mean different things; empty when they do not.
std::string difference(const model::WorkerHello& base, const model::WorkerHello& head) {
    if (base.suite != head.suite) {
        return fmt::format("it is a case of suite '{}' in base, of '{}' in head", base.suite, head.suite);
    }
    if (base.definition_version != head.definition_version) {
        return fmt::format("definition {} in base, {} in head", base.definition_version,
                           head.definition_version);
    }
    if (base.time_source != head.time_source) {
        return fmt::format("time is '{}' in base, '{}' in head", to_string(base.time_source),
                           to_string(head.time_source));
    }
    return base.metrics.front() == head.metrics.front() ? "" : "its first metric differs";
}

// Why an iteration is not the same work on both sides; empty when it is, or when neither side says.
std::string difference_of_work(const model::Pair& pair) {
    const auto work = [&pair](Side side) {
        const auto& counters = pair.side(side).counters;
        const auto found = counters.find(std::string(model::kWorkCounter));
        return found == counters.end() ? 0 : found->second;
    };
    const double base = work(Side::base);
    const double head = work(Side::head);
    if (std::abs(head - base) <= model::kSameWork * std::abs(base)) return "";
    return fmt::format("an iteration is {:.0f} units of work in base, {:.0f} in head", base, head);
}

model::Pair ended(model::PairEnding ending, std::optional<Side> side, std::string error) {
    model::Pair pair;
    pair.ending = ending;
    pair.failed_side = side;
    pair.error = std::move(error);
    return pair;
}

class PairOfWorkers {
  public:
    PairOfWorkers(const Programs& programs, const std::string& case_id, const PairSettings& settings,
                  Interrupts& interrupts)
        : settings_(settings), interrupts_(interrupts), random_(settings.seed) {
        first_ = random_() % 2 == 0 ? Side::base : Side::head;
        plan_[0] = start_of(programs.base, case_id, 1);
        plan_[1] = start_of(programs.head, case_id, settings.head_slowdown);
    }

    model::Pair measure(const RunCanary& run_canary) {
        for (const Side side : {first_, other(first_)}) {
            auto worker = Worker::start(plan_[index(side)], interrupts_);
            if (!worker) return ended(model::PairEnding::failed, side, worker.error().message);
            workers_[index(side)].emplace(std::move(*worker));
        }
        const auto& base = workers_[0]->hello();
        const auto& head = workers_[1]->hello();
        if (const auto problem = difference(base, head); !problem.empty()) {
            return ended(model::PairEnding::not_comparable, std::nullopt, problem);
        }
        auto pair = interleave(
            [this](Side side) { return workers_[index(side)]->slice(settings_.iterations, interrupts_); },
            run_canary,
            {.first = first_,
             .warm_ups = settings_.warm_ups,
             .wanted = settings_.couples,
             .most = settings_.most_couples});
        pair.clock_resolution_ns = std::max(base.clock_resolution_ns, head.clock_resolution_ns);
        for (const Side side : {Side::base, Side::head}) {
            pair.side(side).max_rss_bytes = workers_[index(side)]->finish().max_rss_bytes;
        }
        const std::string other_work = difference_of_work(pair);
        if (pair.ending == model::PairEnding::measured && !other_work.empty()) {
            pair.ending = model::PairEnding::not_comparable;
            pair.error = other_work;
        }
        return pair;
    }

  private:
    static std::size_t index(Side side) { return side == Side::base ? 0 : 1; }

    WorkerStart start_of(const std::string& program, const std::string& case_id, double slowdown) {
        WorkerStart start;
        start.program = program;
        start.case_id = case_id;
        start.slowdown = slowdown;
        if (settings_.placement) start.cpu = settings_.placement->workers;
        start.padding = padding_variable(random_);
        start.time_limit = settings_.time_limit;
        return start;
    }

    const PairSettings& settings_;
    Interrupts& interrupts_;
    std::mt19937_64 random_;
    Side first_;
    std::array<WorkerStart, 2> plan_;
    std::array<std::optional<Worker>, 2> workers_;
};

}  // namespace

model::Pair measure_pair(const Programs& programs, const std::string& case_id, const PairSettings& settings,
                         Interrupts& interrupts) {
    auto pair = measure_in_place(settings.placement, interrupts, [&](const RunCanary& run_canary) {
        return PairOfWorkers(programs, case_id, settings, interrupts).measure(run_canary);
    });
    pair.method = model::PairMethod::slices;
    pair.seed = settings.seed;
    pair.iterations = settings.iterations;
    pair.slowdown = settings.head_slowdown;
    pair.base.program = programs.base;
    pair.head.program = programs.head;
    return pair;
}

}  // namespace harness::run
