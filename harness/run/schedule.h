#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace harness::run {

using std::chrono::nanoseconds;

// Fewer replicates than this and no comparison decides anything.
constexpr int kFewestReplicates = 6;

// The timed slice of one process: shorter ones measure the clock, longer ones gain nothing.
constexpr nanoseconds kShortestSlice = std::chrono::milliseconds(2);
constexpr nanoseconds kLongestSlice = std::chrono::milliseconds(500);

// Indices 0..count-1 in random order: one round of the run holds every benchmark once, so that a slow minute
// of the machine falls on all benchmarks alike. The same generator state gives the same order on every
// platform.
std::vector<std::size_t> shuffled(std::size_t count, std::mt19937_64& random);

// What is known when a run (or the rest of one) is shared out.
struct Demand {
    nanoseconds time_left{};
    std::size_t benchmarks = 0;
    int rounds_wanted = 0;         // processes of each benchmark
    int fewest_rounds = 0;         // never fewer than this, even if it takes longer than time_left
    nanoseconds round_overhead{};  // one process of every benchmark, start-up and set-up, slices not counted
    double slice_cost =
        1.6;  // real time a process needs per second of slice (it searches its iterations first)
};

struct Share {
    int rounds = 0;
    nanoseconds slice{};
    nanoseconds expected{};  // real time of these rounds
    bool fits = true;        // expected is within time_left
};

// Real time of so many rounds with this slice.
nanoseconds expected_time(const Demand& demand, int rounds, nanoseconds slice);

// Longest slices with all rounds wanted; when even the shortest slice does not fit, fewer rounds.
Share share_out(const Demand& demand);

// The slice cost seen in a round that took `round` with this slice; at least 1.
double observed_slice_cost(nanoseconds round, nanoseconds round_overhead, nanoseconds slice,
                           std::size_t benchmarks);

}  // namespace harness::run
