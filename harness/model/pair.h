#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace harness::model {

enum class Side { base, head };

inline constexpr Side other(Side side) { return side == Side::base ? Side::head : Side::base; }

// Whether a slice counts, or why it does not: one of the first of its process, the machine was disturbed
// beside it, or beside the slice of the other side that it belongs with.
enum class Fate { kept, first, disturbed, partner };

// slices: two workers answered in turns. processes: whole processes in turns, for programs without worker
// mode and for plain command lines; each is one slice, so less is averaged out and pairs spread more.
enum class PairMethod { slices, processes };

// One timed stretch of work on one side. Times are of all iterations together.
struct Slice {
    Side side = Side::base;
    Fate fate = Fate::kept;
    std::int64_t iterations = 0;
    std::int64_t cpu_ns = 0;  // processor time, reaped children included
    std::int64_t wall_ns = 0;
    std::int64_t canary_ns = 0;  // the slower canary of before and after; 0: there was none
    std::int64_t voluntary_switches = 0;
    std::int64_t involuntary_switches = 0;
    bool operator==(const Slice&) const = default;
};

struct PairSide {
    std::string program;                     // its path, or the command line
    std::map<std::string, double> counters;  // of the last slice
    // 0: its process could not be asked. Measured by whole processes it is no less than what the harness had.
    std::int64_t max_rss_bytes = 0;
    bool operator==(const PairSide&) const = default;
};

enum class PairEnding { measured, failed, not_comparable, interrupted };

// One replicate: a fresh process of each side, measured in turns. Slices are in the order they ran; those at
// 2k and 2k+1 are of different sides and belong together, and the order turns from one such two to the next
// (ABBA).
struct Pair {
    PairMethod method = PairMethod::slices;
    std::uint64_t seed = 0;       // of the order of sides and the sizes of environments
    std::int64_t iterations = 0;  // asked of each slice
    std::optional<int> worker_cpu;
    std::optional<int> harness_cpu;  // equal to worker_cpu where there is only one
    std::vector<Slice> slices;
    PairSide base;
    PairSide head;
    double slowdown = 1;  // injected into head, for self-tests
    std::int64_t clock_resolution_ns = 0;
    std::int64_t canary_level_ns = 0;      // that the fates were decided against; 0 without canary
    std::optional<std::int64_t> steal_ns;  // taken by the hypervisor from the workers' CPU (all without one)
    std::int64_t duration_ns = 0;
    PairEnding ending = PairEnding::measured;
    std::optional<Side> failed_side;  // whose fault, where it is one side's
    std::string error;                // one line; empty when measured
    bool operator==(const Pair&) const = default;

    const PairSide& side(Side which) const { return which == Side::base ? base : head; }
    PairSide& side(Side which) { return which == Side::base ? base : head; }
};

}  // namespace harness::model
