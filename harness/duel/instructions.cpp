#include "harness/duel/instructions.h"

#include <cmath>

#include "harness/run/calibrate.h"
#include "harness/run/callgrind.h"

namespace harness::duel {

namespace {

// By itself: up to thirty million instructions, and a hundred thousand where each waits for memory. A second
// or two under callgrind.
constexpr std::chrono::milliseconds kCountedSlice{4};

// Of so many, what differs from one process to the next (some hundred instructions that print times of other
// lengths) is less than a thousandth.
constexpr double kEnoughInstructions = 1e6;

Result<model::Instructions> count_side(const std::string& valgrind, const run::Job& job,
                                       std::int64_t iterations, run::Interrupts& interrupts) {
    run::CallgrindStart what;
    what.valgrind = valgrind;
    what.program = job.program;
    what.case_id = job.benchmark.case_id;
    what.iterations = iterations;
    return run::count_instructions(what, interrupts);
}

}  // namespace

Result<CountedSides> count_sides(const run::Job& base, const run::Job& head, run::Interrupts& interrupts) {
    const auto valgrind = run::find_valgrind();
    if (!valgrind) return tl::unexpected(valgrind.error());
    run::WorkerStart start;
    start.program = base.program;
    start.case_id = base.benchmark.case_id;
    const auto found = run::calibrate(start, kCountedSlice, interrupts);
    if (!found) return fail("base: {}", found.error().message);
    auto base_count = count_side(*valgrind, base, found->iterations, interrupts);
    if (!base_count) return fail("base: {}", base_count.error().message);
    std::int64_t iterations = found->iterations;
    const double executed = base_count->per_iteration * static_cast<double>(iterations);
    if (executed < kEnoughInstructions) {
        iterations *= std::llround(std::ceil(kEnoughInstructions / executed));
        base_count = count_side(*valgrind, base, iterations, interrupts);
        if (!base_count) return fail("base: {}", base_count.error().message);
    }
    auto head_count = count_side(*valgrind, head, iterations, interrupts);
    if (!head_count) return fail("head: {}", head_count.error().message);
    return CountedSides{iterations, std::move(*base_count), std::move(*head_count)};
}

std::vector<judge::InstructionCount> count_contests(std::span<const Contest> contests,
                                                    const CountSides& count,
                                                    const std::function<void(const Contest&)>& show,
                                                    run::Interrupts& interrupts) {
    std::vector<judge::InstructionCount> counts;
    for (const Contest& contest : contests) {
        if (interrupts.pending()) break;
        if (contest.state != judge::RowState::measured || contest.benchmark.is_reference()) continue;
        show(contest);
        const auto sides = count(*contest.base, *contest.head);
        judge::InstructionCount counted{contest.benchmark.id, {}, {}, ""};
        if (sides) {
            counted.base = sides->base.per_iteration;
            counted.head = sides->head.per_iteration;
        } else {
            counted.error = sides.error().message;
        }
        counts.push_back(std::move(counted));
    }
    return counts;
}

}  // namespace harness::duel
