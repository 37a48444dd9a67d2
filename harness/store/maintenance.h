#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/store/connection.h"

namespace harness::store {

struct Collected {
    std::int64_t derived_rows = 0;   // verdicts and points: they are computed again when needed
    std::int64_t orphaned_rows = 0;  // series, benchmarks, suites, builds and machines that no run uses
    std::int64_t bytes_before = 0;   // of the database file
    std::int64_t bytes_after = 0;
};

// Removes what can be computed again and what nothing refers to, then packs the file. Runs and their samples
// are never touched. Refused while a run is being measured: its benchmarks have no samples yet.
Result<Collected> collect_garbage(Connection& connection);

// What is wrong with a store, one line each: SQLite's own checks of the file and of references, and what the
// tables promise beyond them. Reads only.
Result<std::vector<std::string>> check_store(Connection& connection);

}  // namespace harness::store
