#pragma once

#include <string>

#include "harness/model/run.h"
#include "harness/store/connection.h"

namespace harness::store {

// Names as they were measured, or as renamed benchmarks are called today.
enum class Naming { as_measured, as_renamed };

// Everything about one run; id is a whole run id.
Result<model::RunRecord> load_run(Connection& connection, const std::string& id,
                                  Naming naming = Naming::as_renamed);

}  // namespace harness::store
