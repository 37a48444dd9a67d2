#pragma once

#include <functional>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

namespace suites::common {

enum class Direction { lower, higher };

// Whose time the metric `time` is, always in nanoseconds an iteration: this process's CPU time, wall time, or
// what the case itself reports through SetIterationTime.
enum class TimeSource { cpu, real, manual };

// One number that a case reports: `time`, or a counter of the same name.
struct Metric {
    std::string name;
    std::string unit;
    Direction direction = Direction::lower;
};

// The metric is wanted to be at most `ratio` times that of the case `versus` in the same run (of a metric
// where lower is better).
struct Target {
    std::string metric;
    std::string versus;
    double ratio = 1;
};

// Where in the source something is written: by default where the call, or the aggregate that has the call as
// a member's default, stands. (Compilers of record lack std::source_location: Clang 14)
struct SourcePlace {
    const char* file;
    int line;
};

constexpr SourcePlace here(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return {file, line};
}

// One row of a suite's table. The body sets up, runs the timed loop, then checks what was computed and calls
// SkipWithError when it is wrong. It is called several times with growing iteration counts.
struct Case {
    std::string id;   // SHAPE/OF/THE/CASE, letters, digits and _ . - only between the slashes
    int version = 1;  // raised when the meaning of its numbers changes: a new series starts
    std::function<void(benchmark::State&)> body;
    std::vector<Metric> metrics;
    std::vector<std::string> tags;
    std::vector<Target> targets = {};
    // Ids of cases of this suite that differ in one component: reports show the ratio to each, by the first
    // metric, and the geometric mean of all ratios of the same two components (crc/jit and sort/jit to
    // crc/native and sort/native).
    std::vector<std::string> versus = {};
    TimeSource time_source = TimeSource::cpu;
    // Walks the working set, untimed, before each slice of the worker mode: the worker of the other build has
    // run in between and evicted it. For cases whose set-up or first accesses do not do so anyway.
    std::function<void()> touch = {};
    SourcePlace source = here();
};

// Cases with the tag `reference` are controls and peers: reported, never judged.
struct Suite {
    std::string name;
    std::string question;  // what the numbers answer
    std::vector<Case> cases;
};

inline Metric time_metric() { return {"time", "ns", Direction::lower}; }
inline Metric bandwidth_metric() { return {"bytes_per_second", "B/s", Direction::higher}; }

}  // namespace suites::common
