#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "harness/judge/paired.h"
#include "harness/stats/estimators.h"

namespace harness::judge {

// What the pairs tell of one row. Estimates are logarithms of cost ratios; without any pairs they are NaN
// between infinities. Each end of an interval is one-sided at the family's alpha, but a suspect's low end at
// the level, corrected for the number of tests, at which it was tested for being worse.
struct RowFinding {
    bool suspect = false;       // of its value or its wall time
    bool wall_suspect = false;  // the guard on wall time is tested too
    bool value_alarm = false;
    bool wall_alarm = false;
    bool settled = false;    // further pairs cannot change the decision, or will not be taken
    bool improved = false;   // by the screening, corrected for the number of rows
    std::size_t pairs = 0;   // that the estimate rests on
    stats::Estimate screen;  // of the screening's pairs, for means over rows: nothing was selected by them
    stats::Estimate cost;    // of the screening's pairs, or of the fresh ones for a suspect
    stats::Estimate wall;    // of the fresh pairs, where the guard was tested
};

struct Findings {
    std::vector<RowFinding> rows;  // as the rows given
    bool systemic_suspect = false;
    bool systemic = false;
    stats::Estimate systemic_cost;  // of the suspects' fresh centres, as logarithm; where it was tested
    std::size_t hypotheses = 0;     // that the family shares its alpha among
};

// Screens all deciding rows, one-sided at the screening's level: the values against the row's minimum effect,
// the wall time against its guard, and all rows' centres together against the smallest minimum effect.
// Testing against what matters rather than against no change at all spares nine in ten fresh pairs of quiet
// rows and leaves the true suspects a larger share of the alpha: both together find more. Rows suspected by
// another metric are suspects without a test.
Findings screen(std::span<const PairedRow> rows, const GateSettings& settings);

// Screening, then `looks` looks at the fresh pairs of the suspects. Each look has its share of the family's
// alpha and tests what is not decided yet by Holm's procedure: values against the row's minimum effect, wall
// time against its guard, and, where the screening suspected it, the suspects' centres together for a shift
// common to them all. A look takes the first pairs up to its number, so that what is measured beyond it
// changes nothing, or what there is.
//
// The chance that any row whose true change is at most its minimum effect alarms is at most family_alpha,
// whatever the shape of the noise, as long as swapping the labels of the two sides of a pair is as likely:
// the screening's pairs are not used again, each look's Holm procedure keeps its share, and a hypothesis
// leaves the family only when it has been rejected.
Findings look(std::span<const PairedRow> rows, const GateSettings& settings, std::size_t looks);

}  // namespace harness::judge
