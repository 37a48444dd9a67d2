#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/model/run.h"
#include "harness/store/connection.h"
#include "harness/store/uuid.h"

namespace harness::store {

// A run with what its processes add up to.
struct RunSummary {
    model::Run run;
    std::string machine_class;
    std::vector<std::string> revisions;  // of its builds, with "+" when the work tree was dirty
    std::int64_t processes = 0;
    std::int64_t benchmarks = 0;
    std::int64_t failed_benchmarks = 0;
};

// Records a run that starts now. owner names the process that measures (see the table's comment); it may be
// empty for a run that is not being measured.
Result<void> record_run(Connection& connection, const model::Run& run, const std::string& owner,
                        const RandomSource& random);

// How many processes the run will have; known better once it has warmed up.
Result<void> set_planned_processes(Connection& connection, const std::string& run_id, std::size_t processes);

Result<void> finish_run(Connection& connection, const std::string& run_id, model::RunStatus status,
                        std::int64_t finished_ns, const std::string& note);

// Newest first.
Result<std::vector<RunSummary>> list_runs(Connection& connection);

// The only run whose id starts with `prefix`.
Result<RunSummary> find_run(Connection& connection, const std::string& prefix);

// The newest complete run of processes, if there is any: side-by-side runs have pairs and do not count.
Result<std::optional<std::string>> newest_complete_run(Connection& connection);

// Runs that say they are being measured.
struct OwnedRun {
    std::string id;
    std::string owner;
};
Result<std::vector<OwnedRun>> running_runs(Connection& connection);

// Marks a run whose process is gone as interrupted; it finished when its last process did, or about
// when its last pair did.
Result<void> mark_abandoned(Connection& connection, const std::string& run_id);

}  // namespace harness::store
