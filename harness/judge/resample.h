#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/judge/paired.h"
#include "harness/stats/estimators.h"

namespace harness::judge {

// What one pair said: logarithms of head / base.
struct BankedPair {
    double value = 0;
    std::optional<double> wall;  // where it is not the value itself
};

// Pairs of one benchmark whose sides do not differ. Places with the same index in all rows are of one round
// of measuring: they met the same minutes of the machine. Empty: the row has no usable pair of that round.
struct BankedRow {
    PairedRow about;  // without values
    std::vector<std::optional<BankedPair>> rounds;
};

// Real pairs of one benchmark whose head ran so many times the work it reports.
struct InjectedRow {
    std::size_t row = 0;  // of Bank::rows
    double slowdown = 1;
    std::vector<BankedPair> pairs;
};

// What was measured, from which whole gates are drawn as often as wanted.
struct Bank {
    std::vector<BankedRow> rows;
    std::vector<InjectedRow> injected;
};

std::size_t usable_pairs(const BankedRow& row);

// Robust spread of the values of the row's pairs (a logarithm).
double pair_spread(const BankedRow& row);

// Which labels are exchanged at random. pairs: those of each pair by itself, which makes the sides
// exchangeable, so that any alarm beyond the promised share is the gate's own fault. gates: those of a whole
// gate, so that whatever is lasting in the sides of the bank stays and may alarm.
enum class Swap { pairs, gates };

struct ResampleSettings {
    GateSettings gate;
    std::size_t gates = 2000;
    std::uint64_t seed = 0;
    std::size_t block = 6;         // rounds that stay next to each other
    double quiet_spread = 0.015;   // of a pair, at most
    std::size_t fewest_pairs = 0;  // of a row that takes part; at least what a gate may ask for
};

// A share with its exact one-sided 95 % bounds. (Clopper and Pearson 1934)
struct Rate {
    std::size_t hits = 0;
    std::size_t of = 0;
    double low = 0;
    double high = 1;
    bool operator==(const Rate&) const = default;

    double share() const { return of == 0 ? 0 : static_cast<double>(hits) / static_cast<double>(of); }
};

Rate rate(std::size_t hits, std::size_t of);

// Gates of unchanged benchmarks. An alarm is a gate in which any row regressed, by its value or its wall
// time, or all together did.
struct GateTally {
    Rate alarms;
    std::size_t systemic = 0;                 // gates in which all together did
    std::map<std::string, std::size_t> rows;  // gates in which this benchmark did
    bool operator==(const GateTally&) const = default;
};

// One benchmark of the bank. Estimates are logarithms.
struct RowFigures {
    std::string benchmark;
    bool deciding = true;
    bool left_out = false;  // of the gates: too few pairs
    std::size_t pairs = 0;
    double spread = 0;
    bool quiet = false;
    double centre = 0;    // of all its pairs
    bool biased = false;  // its two equal sides differ by more than its minimum effect
};

// Gates in which one benchmark was slower by `slowdown`, another one each time. Found is what alarmed in that
// benchmark; inconclusive is missed.
struct PowerFigures {
    double slowdown = 1;
    std::size_t benchmarks = 0;  // that had pairs with it
    Rate found;
    std::map<std::string, Rate> rows;  // by benchmark
};

struct SelfTestFigures {
    std::vector<RowFigures> rows;     // loudest first
    std::size_t pairs = 0;            // usable, of unchanged sides
    std::size_t fewest = 0;           // of a deciding row that takes part
    std::size_t deciding = 0;         // rows
    std::size_t quiet = 0;            // of them
    std::size_t biased = 0;           // of them
    GateTally swapped;                // Swap::pairs
    GateTally as_measured;            // Swap::gates
    std::vector<PowerFigures> power;  // by slowdown
};

// Draws one tally of gates from the rows that have pairs enough: rounds without replacement within a gate, in
// blocks in random order, the screening's first. All rows of a gate take the same rounds.
GateTally tally_gates(const Bank& bank, Swap swap, const ResampleSettings& settings);

// The same with one row's pairs replaced by its injected ones, which keep their labels.
PowerFigures tally_power(const Bank& bank, double slowdown, const ResampleSettings& settings);

SelfTestFigures self_test(const Bank& bank, const ResampleSettings& settings);

// What a self-test must show. The power of a slowdown between two of the sizes is held to the smaller's.
struct Floors {
    double alarms = 0.01;           // the bound of either tally of gates, at most
    double quiet = 0.80;            // share of deciding rows
    std::size_t fewest_pairs = 60;  // of each deciding row
    std::map<double, double> power{{0.03, 0.85}, {0.05, 0.97}};  // share found, by size of the slowdown
};

// The floor for this slowdown (1.03); none for smaller ones.
std::optional<double> power_floor(const Floors& floors, double slowdown);

// alarms: a gate alarms without cause more often than allowed, or equal sides differ. blind: it alarms rarely
// enough but sees too little. too_few: of the pairs there are too few to say either.
enum class Standing { holds, alarms, blind, too_few };

struct Conclusion {
    Standing standing = Standing::too_few;
    std::vector<std::string> reasons;  // none when it holds
};

// alarms comes before too_few, which comes before blind: what is seen already needs no more pairs.
Conclusion conclude(const SelfTestFigures& figures, const Floors& floors);

}  // namespace harness::judge
