#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "harness/judge/health.h"
#include "harness/judge/paired.h"
#include "harness/model/verdict.h"

namespace harness::judge {

// Changes when the same pairs and settings may give other verdicts.
inline constexpr std::string_view kSideBySideVersion = "side-by-side 1";

// What is to be measured next.
struct Step {
    enum class Pairs { none, screening, fresh };
    Pairs pairs = Pairs::none;      // none: everything is decided
    std::size_t wanted = 0;         // how many pairs of this sort each of the rows must have in all
    std::vector<std::size_t> rows;  // indices, ascending
    bool operator==(const Step&) const = default;
};

// Decides only by what was measured, so that a loop that measures what it is told until there is nothing left
// does all that a gate needs: first the screening of every measured row, then fresh pairs for the suspects up
// to each look in turn, for as long as they are undecided. A look waits until every suspect has its pairs;
// exhausted rows are waited for no longer.
Step next_step(std::span<const PairedRow> rows, const GateSettings& settings);

// The verdicts of a gate, its only place of decision. For each row, in this order:
//   failed, missing, created ("new"), not_comparable   as its state says
//   regressed     the suspect's fresh pairs: the interval's low end lies above the minimum effect, or that of
//   the
//                 wall time above its guard
//   inconclusive  a suspect without any fresh pairs
//   unchanged     the interval's high end lies below the threshold; improved where it is
//   inconclusive  anything else, with the smallest change that would have been seen
// Exact rows are regressed or improved beyond their threshold, else unchanged. Rows that do not decide are
// never suspects; they are shown by their screening. The effect is head / base
// with an exact interval of at least 99 % (suspects.h says which level each end has); n_base and n_head are
// pairs.
//
// Fills what the rows and the health tell; names of runs, revisions, machines and rules are the caller's.
// Verdicts are in order of benchmark, deciding first.
model::Comparison judge_side_by_side(std::span<const PairedRow> rows, const RunHealth& health,
                                     const GateSettings& settings, const HealthLimits& limits = {});

}  // namespace harness::judge
