#pragma once

#include <string>
#include <vector>

#include "harness/model/run.h"
#include "harness/store/connection.h"
#include "harness/store/uuid.h"

namespace harness::store {

// Records a finished process with its samples, all or nothing. Its run, build and benchmark are recorded
// already. Takes no transaction of its own when the caller holds one: `add_process` is the part without.
Result<void> record_process(Connection& connection, const model::Process& process,
                            const std::vector<model::Sample>& samples, const std::string& machine_class,
                            const RandomSource& random);

Result<void> add_process(Connection& connection, const model::Process& process,
                         const std::vector<model::Sample>& samples, const std::string& machine_class,
                         const RandomSource& random);

// In the order they were run.
Result<std::vector<model::Process>> processes_of_run(Connection& connection, const std::string& run_id);

// In the order of their processes, then by metric and ordinal.
Result<std::vector<model::Sample>> samples_of_run(Connection& connection, const std::string& run_id);

}  // namespace harness::store
