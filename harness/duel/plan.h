#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/judge/paired.h"

namespace harness::duel {

// What is known of a row before it is measured.
struct Outlook {
    std::string benchmark;
    std::chrono::nanoseconds pair{};  // how long one takes
    std::optional<double> spread;     // of its pairs when it was last measured, as a logarithm
    double minimum_effect = judge::kSmallestMinimumEffect;
};

// Taken for rows that were never measured side by side: interpreter loops and sorting spread so.
inline constexpr double kAssumedSpread = 0.015;

struct PlannedRow {
    Outlook outlook;
    double smallest_change = 0;  // found with the gate's power, as a fraction; infinite when none is
};

struct Plan {
    std::vector<PlannedRow> rows;
    std::chrono::nanoseconds screening{};     // of all rows
    std::size_t suspects = 0;                 // to be expected, when one row changed
    std::chrono::nanoseconds confirmation{};  // of so many suspects of the usual cost, up to the last look
};

Plan make_plan(std::span<const Outlook> rows, const judge::GateSettings& gate);

}  // namespace harness::duel
