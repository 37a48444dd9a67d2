#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "harness/judge/paired.h"
#include "harness/model/machine.h"
#include "harness/run/conditions.h"

namespace harness::cli {

// Pairs of one benchmark against itself, and what a pair costs.
struct Glimpse {
    std::string benchmark;
    std::vector<double> values;  // logarithms of second / first
    std::chrono::nanoseconds cost{};
    std::string error;  // why there are none
};

// What a minute of measuring one benchmark shows.
struct Sight {
    std::size_t pairs = 0;       // that fit in a minute, at most kMostPairsOfAMinute
    double spread = 0;           // logarithm
    double smallest_change = 0;  // fraction, found with the gate's power; infinite when pairs are too few
};

// More pairs than a gate ever takes of one benchmark are no measure of what gates see.
inline constexpr std::size_t kMostPairsOfAMinute = 60;

// Fewer say nothing of their spread.
inline constexpr std::size_t kFewestPairsOfAGlimpse = 5;

// By one signed-rank test at the gate's level of all the pairs that fit. At least one value.
Sight sight_of(const Glimpse& glimpse, const judge::GateSettings& gate);

std::string fingerprint_text(const model::Machine& machine);

// One line a condition: its name, value and "ok", "unknown" or "noisy: why".
std::string conditions_text(std::span<const run::Condition> conditions);

// One line a benchmark, the least visible changes first.
std::string glimpses_text(std::span<const Glimpse> glimpses, const judge::GateSettings& gate);

// How many are taken of so many benchmarks, evenly spread over them; ascending indices.
std::vector<std::size_t> evenly(std::size_t benchmarks, std::size_t taken);

}  // namespace harness::cli
