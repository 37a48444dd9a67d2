#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/run.h"

namespace harness::formats {

// What the user says of a file, besides its format.
struct Options {
    std::string suite;                   // instead of the name the file or its group has
    std::string machine;                 // what to call the CPU, instead of what the file says
    std::string revision;                // of what was measured, instead of what the file says
    std::vector<model::Metric> metrics;  // those whose better direction the format does not define
    std::int64_t file_time_ns = 0;  // when the file was written: the start of runs that do not say theirs
};

// One process of one benchmark as a file tells of it: the replicate. Formats that do not say in how many
// processes they measured did it in one; then all repetitions are samples of one replicate, because what one
// process repeats is not independent.
struct Replicate {
    std::string suite;
    std::string case_id;
    model::TimeSource time_source = model::TimeSource::real;
    std::string error;  // why it gave no samples
    std::int64_t exit_status = 0;
    std::int64_t duration_ns = 0;
    std::int64_t user_ns = 0;
    std::int64_t system_ns = 0;
    std::int64_t max_rss_bytes = 0;
    std::vector<model::Sample> samples;  // metric, unit, direction, ordinal, value and iterations alone

    std::map<std::string, int> values;  // how many there are of each metric

    void add(const model::Metric& metric, double value, std::int64_t iterations);
};

// A run before it has ids.
struct Draft {
    std::optional<std::int64_t> started_ns;
    model::Machine machine;  // as far as the file says
    model::Build build;
    std::string note;
    std::vector<Replicate> replicates;
};

// The machine of a file that says nothing of it: 'imported', which no local machine is.
model::Machine unknown_machine();

// What Imported::notes say of benchmarks with one value, and of metrics whose better direction nobody knows.
std::string aggregates_note(std::size_t benchmarks);
std::string unknown_metrics_note(const std::set<std::string>& names);

// The draft as a record of the store's kind. Its ids derive from `content` (all that the run was read from),
// so that reading it again gives the same run.
model::RunRecord assemble(Draft draft, const Options& options, std::string_view content);

// Several records as one run, for formats that write a file for each benchmark: of the time and machine of
// the first. A benchmark that two of them have is refused.
Result<model::RunRecord> join(const std::vector<model::RunRecord>& parts);

}  // namespace harness::formats
