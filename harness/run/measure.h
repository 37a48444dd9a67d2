#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/run.h"
#include "harness/run/build.h"
#include "harness/run/interrupts.h"
#include "harness/run/progress.h"
#include "harness/run/schedule.h"

namespace harness::run {

// A benchmark and the program that measures it.
struct Job {
    model::Benchmark benchmark;
    std::string program;
    std::string program_hash;
    std::vector<std::string> files = {};    // what the program needs besides itself, from its folder
    bool is_suite = true;                   // else a program of others, of which nothing else is known
    std::vector<std::string> command = {};  // of a plain command line, which stands for the program then
};

struct Settings {
    int rounds = kFewestReplicates;  // processes of each benchmark
    nanoseconds budget = std::chrono::minutes(4);
    std::optional<nanoseconds> slice;  // instead of sharing out the budget
    std::uint64_t seed = 0;
    std::vector<std::string> flags;  // passed to the suite programs, after ours
    std::optional<int> cpu;
    std::optional<nanoseconds> time_limit;  // of one process; else max(1 min, 20 slices)
    Revision revision;                      // of the repository around the programs
    std::function<std::int64_t()> clock;    // nanoseconds since 1970, UTC
};

// One finished process. Ids of process, run and build are left to whoever stores it.
struct Finished {
    model::Process process;
    model::Build build;
    std::vector<model::Sample> samples;
};

struct Summary {
    bool interrupted = false;
    std::size_t processes = 0;        // kept
    std::vector<std::string> failed;  // ids of benchmarks, as they failed
};

// Called for each process in the order they ran; an error (a full disk, say) stops the run.
using Sink = std::function<Result<void>(const Finished&)>;

// Told how many processes there will be in all: after the warm-up has shown what a round costs, and when the
// plan changes.
using PlanSink = std::function<Result<void>(std::size_t processes)>;

// Runs every job in `rounds` fresh processes, in rounds that hold each job once in random order, after a
// warm-up round whose results are dropped. A benchmark that crashes, hangs, lies or fails its check is
// recorded as failed and not started again; the others go on. Stops at an interrupt with what it has.
Result<Summary> measure(const std::vector<Job>& jobs, const Settings& settings, Interrupts& interrupts,
                        Progress& progress, const PlanSink& planned, const Sink& sink);

}  // namespace harness::run
