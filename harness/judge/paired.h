#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/judge/rules.h"
#include "harness/model/names.h"
#include "harness/model/suite.h"
#include "harness/model/verdict.h"
#include "harness/stats/power.h"

namespace harness::judge {

// No smaller change counts, whatever a benchmark asks for.
inline constexpr double kSmallestMinimumEffect = 0.01;

// One value for each pair of fresh processes, in the order measured: the median of log(head / base) over the
// adjacent slices of the pair. Slices of one pair share their processes' luck, so they are never values here.
struct PairValues {
    std::vector<double> screening;
    std::vector<double> fresh;  // of the confirmation: none of them was known when the row became a suspect
    bool operator==(const PairValues&) const = default;
};

// Whether a row can be judged by its values at all.
enum class RowState { measured, created, missing, failed, not_comparable };

// One metric of one benchmark, measured side by side.
struct PairedRow {
    std::string benchmark;
    std::string group;  // what has a mean of its own and what systemic shifts must be common to: a suite, say
    std::string metric;
    std::string unit;
    model::Direction direction = model::Direction::lower;
    model::Role role = model::Role::deciding;
    RowState state = RowState::measured;
    std::string note;                               // why it is not measured, for the reader
    std::optional<model::SourcePlace> source = {};  // of the case, in head
    std::string
        accepted;  // the reviewed reason why it may regress, vanish or change its work; empty: it may not
    std::string owner;    // whom to ask when it fails; empty: nobody is named
    bool primary = true;  // the benchmark's time, by which it counts in means and in shifts common to many
    double threshold = kDefaultThreshold;            // as a fraction of the base
    double minimum_effect = kSmallestMinimumEffect;  // see minimum_effect()
    std::optional<double> base;                      // medians, in unit, for the reader
    std::optional<double> head;
    PairValues value;
    std::optional<PairValues> wall;  // wall time of the same pairs, where `value` is another measure
    bool suspected = false;          // by another metric: fresh pairs decide, whatever the screening says
    bool exhausted = false;          // no more pairs can be had: the budget is spent, or pairs keep failing
    std::optional<double> exact;     // ln(head / base) of what is known without noise: it has no pairs
    bool operator==(const PairedRow&) const = default;
};

// The change below which a row never alarms: the largest of 1 %, what the benchmark asks for and what linking
// the same code in another order changes. Fractions.
double minimum_effect(double own, double relink_spread);

// A decision once each suspect has so many fresh pairs in all, with its share of the family's alpha.
struct PlannedLook {
    std::size_t pairs = 0;
    double weight = 1;
    bool operator==(const PlannedLook&) const = default;
};

// What it means that the conditions of a run (anything but its controls) are beyond their limits (health.h).
// Controls that alarm make every run void: they show that its figures are wrong, conditions only that they
// may be.
enum class BadConditions { void_run, are_noted };
inline constexpr model::Name<BadConditions> kBadConditions[] = {{BadConditions::void_run, "void"},
                                                                {BadConditions::are_noted, "note"}};

// What the gate promises and how it keeps it. (docs/BENCHMARKING.md)
struct GateSettings {
    std::size_t screening_pairs = 12;
    double screening_alpha = 0.10;                     // one-sided, against the minimum effect
    std::vector<PlannedLook> looks{{12, 1}, {24, 4}};  // at least one, with ever more pairs
    double family_alpha = 0.005;            // chance that any unchanged benchmark of a suite alarms
    double improvement_rate = 0.05;         // share of false ones among the improvements named
    double power = 0.90;                    // of "the smallest change it would have seen"
    double wall_guard = 0.25;               // wall time may not rise by more
    double suspicious_improvement = 0.40;   // a cost that falls by more is more often a broken benchmark
    std::size_t fewest_systemic_rows = 10;  // fewer rows have nothing in common
    BadConditions bad_conditions = BadConditions::void_run;
    bool operator==(const GateSettings&) const = default;
};

// What each look may spend of the family's alpha.
std::vector<double> look_alphas(const GateSettings& settings);

// The design by which the gate finds a change in one of so many suspects: for plans and for what an
// inconclusive row would have shown. At least one suspect.
stats::Design design(const GateSettings& settings, std::size_t suspects);

// What is known of a row before it is measured: of its pairs' values the robust spread, as a logarithm, and
// its minimum effect, as a fraction.
struct RowNoise {
    double spread = 0;
    double minimum_effect = kSmallestMinimumEffect;
};

// How many suspects are to be expected: the row that changed, and those of the unchanged ones that the
// screening lets through, few where pairs differ by less than three minimum effects. Normal theory, which is
// near enough for a count.
std::size_t expected_suspects(const GateSettings& settings, std::span<const RowNoise> rows);

// Whether the row takes part in the decision.
bool decides(const PairedRow& row);

// Whether it does so by what its pairs show. An exact row needs no test: it is compared with its threshold.
bool is_tested(const PairedRow& row);

// Whether it stands for its benchmark in means and in shifts common to many.
bool is_representative(const PairedRow& row);

// Turned so that above 0 is worse, whatever the direction.
std::vector<double> costs(const PairedRow& row, std::span<const double> values);

}  // namespace harness::judge
