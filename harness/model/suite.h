#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/result.h"

namespace harness::model {

class JsonReader;

// Which values of a metric are the better ones.
enum class Direction { lower, higher };

// Which field of a Google Benchmark result is the metric `time`: cpu_time, or real_time for real and manual.
enum class TimeSource { cpu, real, manual };

struct Metric {
    std::string name;  // "time", or a counter's name
    std::string unit;
    Direction direction = Direction::lower;
    bool operator==(const Metric&) const = default;
};

// The suite promises that this case's metric is at most (direction lower; at least for higher) `ratio` times
// that of the case `vs` of the same suite, measured in the same run.
struct Target {
    std::string metric;
    std::string vs;
    double ratio = 1;
    bool operator==(const Target&) const = default;
};

// Where a case is written down: a path from the top of its repository, and a line from 1.
struct SourcePlace {
    std::string file;
    int line = 1;
    bool operator==(const SourcePlace&) const = default;
};

// {"file": "suites/cpu/cases.cpp", "line": 12}
SourcePlace read_source(JsonReader& reader);

// One benchmark as its suite program describes it. id is the Google Benchmark run name. The first metric is
// the primary one: it alone decides verdicts, the others are shown. versus names cases of the suite whose ids
// differ in one component (contrast.h): reports show the ratios to them, and the geometric mean of alike
// ones.
struct Case {
    std::string id;
    int version = 1;  // of the definition: what is measured, not how fast it is
    std::vector<Metric> metrics;
    std::vector<std::string> tags;
    std::vector<Target> targets;
    TimeSource time_source = TimeSource::cpu;
    std::optional<SourcePlace> source = {};
    std::vector<std::string> versus = {};
    bool operator==(const Case&) const = default;
};

// What NAME.json beside a suite program says.
struct Manifest {
    std::string name;
    std::string program;  // a file name in the manifest's folder
    std::string title;
    std::string description;
    std::vector<std::string> paths = {};  // globs (glob.h) of the files it measures; none: of all
    std::vector<std::string> files = {};  // what the program needs besides itself, from the manifest's folder
    bool operator==(const Manifest&) const = default;
};

struct Suite {
    Manifest manifest;
    std::string question;
    std::vector<Case> cases;
    bool operator==(const Suite&) const = default;
};

// Tag of rows measured for comparison only (native, raw pointers, memcpy, QEMU): they never count as
// regressed.
inline constexpr std::string_view kReferenceTag = "reference";

std::string_view to_string(Direction direction);
std::string_view to_string(TimeSource source);
Result<Direction> parse_direction(std::string_view text);
Result<TimeSource> parse_time_source(std::string_view text);

// The id by which the store, reports and filters know a case: SUITE/CASE.
std::string benchmark_id(std::string_view suite, std::string_view case_id);

// Reads a manifest. `origin` (a path) starts every error message.
Result<Manifest> parse_manifest(std::string_view json, std::string_view origin);

// Reads what `PROGRAM --describe` printed. The suite must be the manifest's, with at least one case; ids and
// metric names are unique, each case has a metric, each target names a metric of its case, versus names ids
// that differ in one component. Unknown members are ignored, so that an older harness reads a newer suite.
Result<Suite> parse_description(std::string_view json, const Manifest& manifest, std::string_view origin);

}  // namespace harness::model
