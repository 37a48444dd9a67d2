#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/result.h"
#include "harness/model/suite.h"

namespace harness::model {

// The worker protocol. A suite program started with --worker=CASE speaks with the harness over its standard
// input and output, one JSON object a line. The worker speaks first (WorkerHello), then answers each
// SliceRequest with one SliceAnswer; it ends when its input ends. Before each slice it touches its working
// set untimed.
//
// Either side may be broken: whatever is missing, of the wrong kind, out of range or out of turn is an error
// that says what.

inline constexpr int kWorkerProtocol = 1;

// A line longer than this, its end included, is an error.
inline constexpr std::size_t kLongestWorkerLine = std::size_t{64} << 10;

inline constexpr std::int64_t kMostIterations = 1'000'000'000'000'000;

// Flags of a suite program in worker mode.
inline constexpr std::string_view kWorkerFlag = "--worker=";             // then the case's id
inline constexpr std::string_view kSlowdownFlag = "--worker-slowdown=";  // then the factor, 1 without it

// A slowdown is this much at most.
inline constexpr double kLargestSlowdown = 100;

// A counter of this name says how much work an iteration is (instructions retired, say). Sides whose work
// differs by more than this share are not comparable: what is measured is the work, not the time it takes.
inline constexpr std::string_view kWorkCounter = "work";
inline constexpr double kSameWork = 0.001;

struct WorkerHello {
    std::string suite;
    std::string case_id;
    int definition_version = 1;
    TimeSource time_source = TimeSource::cpu;
    std::vector<Metric> metrics;           // as --describe has them
    std::int64_t clock_resolution_ns = 1;  // of the clock of processor time
    double slowdown = 1;                   // above 1 for self-tests: it runs so many times what it reports
    bool operator==(const WorkerHello&) const = default;
};

struct SliceRequest {
    std::int64_t number = 1;  // 1, 2, 3...
    std::int64_t iterations = 1;
    bool operator==(const SliceRequest&) const = default;
};

// The timed loop alone, without set-up and check, over all iterations.
struct SliceAnswer {
    std::int64_t number = 1;
    std::string error;            // of the benchmark's own check; all below is empty then
    std::int64_t iterations = 0;  // at least as asked: loops that run in batches finish the last one
    // Of the whole process and the children it reaped, or what a benchmark that reports its own time says.
    std::int64_t cpu_ns = 0;
    std::int64_t wall_ns = 0;
    std::int64_t voluntary_switches = 0;    // context switches of the process and its reaped children,
    std::int64_t involuntary_switches = 0;  // set-up and check included
    std::map<std::string, double> counters;
    bool operator==(const SliceAnswer&) const = default;
};

// One line each, its end included. Control characters of an error become spaces, counters that are not finite
// are left out: JSON has neither.
std::string to_line(const WorkerHello& hello);
std::string to_line(const SliceRequest& request);
std::string to_line(const SliceAnswer& answer);

// What one line (without its end) says. Unknown members are ignored, another protocol version is an error.
Result<WorkerHello> parse_hello(std::string_view line);
Result<SliceRequest> parse_request(std::string_view line);

// The answer must be to this request: its number, and its iterations or somewhat more.
Result<SliceAnswer> parse_answer(std::string_view line, const SliceRequest& request);

}  // namespace harness::model
