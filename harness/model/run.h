#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/build.h"
#include "harness/model/machine.h"
#include "harness/model/result.h"
#include "harness/model/sample.h"
#include "harness/model/suite.h"

namespace harness::model {

enum class Profile { quick, full };

// failed: it could not be finished for a reason of its own; failures of single benchmarks leave it complete.
enum class RunStatus { running, complete, interrupted, failed };

std::string_view to_string(Profile profile);
std::string_view to_string(RunStatus status);
Result<Profile> parse_profile(std::string_view text);
Result<RunStatus> parse_run_status(std::string_view text);

// One session of measuring. Clocks are nanoseconds since 1970 (UTC).
struct Run {
    std::string id;  // UUID
    std::int64_t started_ns = 0;
    std::optional<std::int64_t> finished_ns;
    Profile profile = Profile::quick;
    std::uint64_t seed = 0;
    RunStatus status = RunStatus::running;
    Machine machine;
    std::string command_line;
    std::string harness_version;
    std::int64_t planned_processes = 0;
    std::string note;
    bool operator==(const Run&) const = default;
};

// A case as the run knew it. metrics keep the order of the suite's description: the first is the primary one.
struct Benchmark {
    std::string id;  // SUITE/CASE
    std::string suite;
    std::string case_id;
    int definition_version = 1;
    TimeSource time_source = TimeSource::cpu;
    std::vector<Metric> metrics;
    std::vector<std::string> tags;
    std::vector<Target> targets;
    std::optional<SourcePlace> source = {};  // known while it is measured; the store does not keep it
    std::vector<std::string> versus = {};    // cases of the suite, see Case
    bool operator==(const Benchmark&) const = default;

    bool is_reference() const;
};

Benchmark make_benchmark(std::string_view suite, const Case& from);

// One child process: one replicate of one benchmark. It measured properly when error is empty.
struct Process {
    std::string id;  // UUID
    std::string run_id;
    std::string build_id;
    std::string benchmark;  // SUITE/CASE
    int definition_version = 1;
    int replicate = 0;             // from 0
    int position = 0;              // in the run's random order
    std::int64_t exit_status = 0;  // 128 + signal when it was killed
    std::string error;
    std::int64_t started_ns = 0;
    std::int64_t duration_ns = 0;
    std::int64_t user_ns = 0;
    std::int64_t system_ns = 0;
    std::int64_t max_rss_bytes = 0;
    bool operator==(const Process&) const = default;
};

// Everything stored about one run: what the judge, the reporters and the export work from. Benchmarks that
// were renamed since carry their new id in all members.
struct RunRecord {
    Run run;
    std::vector<Build> builds;
    std::vector<Benchmark> benchmarks;
    std::vector<Process> processes;
    std::vector<Sample> samples;
    bool operator==(const RunRecord&) const = default;
};

// A named set of runs, never a copy.
struct Baseline {
    std::string id;  // UUID
    std::string name;
    std::int64_t created_ns = 0;
    std::vector<std::string> runs;  // ids
    bool operator==(const Baseline&) const = default;
};

}  // namespace harness::model
