#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/duel/contests.h"
#include "harness/judge/resample.h"
#include "harness/model/pair.h"
#include "harness/store/pairs.h"

namespace harness::duel {

// What a pair says for a self-test; nothing when it was not measured or all its slices were disturbed.
std::optional<judge::BankedPair> banked_pair(const model::Benchmark& benchmark, const model::Pair& pair);

// A bank without pairs: one row for each contest that can be measured, in their order.
judge::Bank empty_bank(std::span<const Contest> contests);

// Adds what one stored run measured of these very programs. hashes: of programs, by the builds' ids. Pairs of
// other benchmarks, definitions or programs are left out. Returns how many were added.
std::size_t add_run(judge::Bank& bank, std::span<const Contest> contests,
                    std::span<const store::StoredPair> pairs,
                    const std::map<std::string, std::string>& hashes);

struct BankSettings {
    std::size_t pairs = 60;           // of each benchmark, what the bank has already included
    std::vector<double> slowdowns;    // to be injected (1.03)
    std::size_t injected = 12;        // quiet benchmarks that get them, each as many pairs
    std::size_t pairs_to_judge = 12;  // of a benchmark, before it may be called quiet
    double quiet_spread = 0.015;
    std::uint64_t seed = 0;
    std::chrono::nanoseconds budget = std::chrono::hours(24);  // no pair is begun after it
};

// What the next pair is of.
struct BankPosition {
    std::size_t done = 0;
    std::size_t total = 0;  // as far as is known
    const Contest* contest = nullptr;
    double slowdown = 1;
};

struct BankActs {
    std::function<model::Pair(const Contest& contest, double slowdown, std::uint64_t seed)> measure;
    // Is given every pair that was measured, failed ones too; an error ends it all.
    std::function<Result<void>(const Contest& contest, const model::Pair& pair)> keep;
    std::function<bool(const Contest& contest)> can_slow_down;
    std::function<void(const BankPosition&)> show;
    std::function<std::chrono::nanoseconds()> elapsed;
};

struct Filled {
    std::size_t pairs = 0;  // measured now
    bool interrupted = false;
    bool out_of_time = false;
    std::map<std::string, std::string> failed;  // benchmarks whose pairs failed twice running, and why
};

// Whether there is anything to measure: pairs of a benchmark, or of quiet ones with a slowdown.
bool lacks_pairs(const judge::Bank& bank, const BankSettings& settings);

// Measures what the bank lacks, in rounds that hold each benchmark once in random order, together with pairs
// with injected slowdowns once it is known which benchmarks are quiet. A benchmark whose pairs are all
// disturbed gets no more than three times the pairs it lacks. The bank is that of the contests.
Result<Filled> fill_bank(judge::Bank& bank, std::span<const Contest> contests, const BankSettings& settings,
                         const BankActs& acts);

}  // namespace harness::duel
