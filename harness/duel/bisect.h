#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/duel/contests.h"
#include "harness/model/pair.h"
#include "harness/stats/bisection.h"
#include "harness/stats/slices.h"

namespace harness::duel {

struct BisectSettings {
    stats::KnownStep step;                          // of the bad commit against the good one
    stats::SliceTime time = stats::SliceTime::cpu;  // which time shows it
    std::uint64_t seed = 0;
    // No commit is built and no pair is begun after it.
    std::chrono::nanoseconds budget = std::chrono::hours(24);
};

// A commit that the search asked for.
struct TriedCommit {
    std::size_t commit = 0;
    std::vector<double> values;  // ln(commit / good), one a pair
    std::string skipped;         // why it cannot be measured; empty when it can
    bool operator==(const TriedCommit&) const = default;
};

struct BisectPosition {
    std::size_t commit = 0;
    std::size_t pairs = 0;  // of it, so far
    stats::Suspects suspects;
};

struct BisectActs {
    // Builds a commit and matches its benchmark with the good one's. The error says why it cannot be
    // measured.
    std::function<Result<Contest>(std::size_t commit)> open;
    std::function<model::Pair(const Contest& contest, std::uint64_t seed)> measure;
    // Is given every pair that was measured, also failed ones; an error (a full disk, say) ends the search.
    std::function<Result<void>(std::size_t commit, const Contest& contest, const model::Pair& pair)> keep;
    std::function<void(const BisectPosition&)> show;    // before each pair
    std::function<void(const TriedCommit&)> skipped;    // of each commit that cannot be measured
    std::function<bool()> interrupted;                  // whether the user wants it to end
    std::function<std::chrono::nanoseconds()> elapsed;  // since it began
};

// found: the suspects are one commit, or one with those before it that cannot be measured. undecided: more
// measuring would not tell. between: a commit surely shows a part of the step, so there is more than one.
enum class BisectEnding { found, undecided, between, out_of_time, interrupted };

struct Bisected {
    BisectEnding ending = BisectEnding::undecided;
    stats::Suspects suspects;
    std::vector<double> posterior;            // of being the first bad one, by commit
    std::vector<TriedCommit> tried;           // in the order first asked for
    std::optional<std::size_t> part_of_step;  // the commit that ended it, when `between`
    std::size_t pairs = 0;
};

// Searches commits 0 to `commits` - 1, oldest first, for the first one with the step; the last is the bad
// commit itself. Each commit is built when it is asked for, and only once. One that cannot be opened, is not
// comparable, fails twice running, or a dozen of whose pairs running are all disturbed, is skipped.
Result<Bisected> bisect(std::size_t commits, const BisectSettings& settings, const BisectActs& acts);

}  // namespace harness::duel
