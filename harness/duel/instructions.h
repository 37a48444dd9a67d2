#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "harness/duel/contests.h"
#include "harness/judge/instructions.h"
#include "harness/model/instructions.h"
#include "harness/run/interrupts.h"

namespace harness::duel {

// One benchmark's instructions in both builds, counted over the same iterations.
struct CountedSides {
    std::int64_t iterations = 0;
    model::Instructions base;
    model::Instructions head;
};

// Counts a benchmark of two builds under callgrind (harness/run/callgrind.h). The base says, running by
// itself, how many iterations take a few milliseconds. Errors name the side.
Result<CountedSides> count_sides(const run::Job& base, const run::Job& head, run::Interrupts& interrupts);

using CountSides = std::function<Result<CountedSides>(const run::Job& base, const run::Job& head)>;

// The counts of all contests that decide; `show` hears of each before it is counted. One that cannot be
// counted says why. Stops at an interrupt.
std::vector<judge::InstructionCount> count_contests(std::span<const Contest> contests,
                                                    const CountSides& count,
                                                    const std::function<void(const Contest&)>& show,
                                                    run::Interrupts& interrupts);

}  // namespace harness::duel
