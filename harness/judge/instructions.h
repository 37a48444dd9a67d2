#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "harness/model/verdict.h"

namespace harness::judge {

inline constexpr std::string_view kInstructions = "instructions";

// More instructions by more than this, as a fraction of the base, make a suspect. Counts repeat, but a change
// of them alone costs nobody time: fresh pairs of processes decide.
inline constexpr double kSuspiciousInstructions = 0.01;

// Counts that differ by less are equal: what is left in them is the printing of other times.
inline constexpr double kEqualInstructions = 0.001;

// One benchmark's instructions an iteration on both sides, or why they are not known.
struct InstructionCount {
    std::string benchmark;
    std::optional<double> base;
    std::optional<double> head;
    std::string error;  // one line; the counts are empty then
    bool operator==(const InstructionCount&) const = default;
};

// Whether the benchmark's instructions rose so much that fresh pairs are to be measured of it, whatever its
// screening says (PairedRow::suspected).
bool is_suspect(std::string_view benchmark, std::span<const InstructionCount> counts);

// Adds to a comparison side by side a row of each count, shown but never deciding: inconclusive, and a
// suspect by its note, beyond kSuspiciousInstructions. A benchmark whose time regressed at equal counts is
// told to be a matter of code layout or memory. Notes say which benchmarks are suspects and what could not be
// counted.
void add_instructions(model::Comparison& comparison, std::span<const InstructionCount> counts);

}  // namespace harness::judge
