#pragma once

#include <string>

#include "harness/cli/command.h"
#include "harness/model/run.h"
#include "harness/store/connection.h"

namespace harness::cli {

// Opens the store and marks runs whose process is gone as interrupted.
Result<store::Connection> open_session(const Globals& globals);

// The run that `--run` names, or the newest complete one when it is empty.
Result<std::string> choose_run(store::Connection& connection, const std::string& wanted);

// Refuses runs that cannot stand for a revision: incomplete ones.
Result<void> check_complete(store::Connection& connection, const std::string& run_id);

}  // namespace harness::cli
