#pragma once

#include <string>
#include <vector>

#include "harness/model/run.h"
#include "harness/store/connection.h"
#include "harness/store/uuid.h"

namespace harness::store {

// Letters, digits and ._-+/ up to 100: a name that needs no quoting in a shell or a file list.
Result<void> check_baseline_name(const std::string& name);

// The baseline `name` is now this set of runs, whatever it was before.
Result<void> save_baseline(Connection& connection, const std::string& name,
                           const std::vector<std::string>& run_ids, const RandomSource& random,
                           std::int64_t now_ns);

// The same within a transaction that the caller holds.
Result<void> set_baseline(Connection& connection, const std::string& name,
                          const std::vector<std::string>& run_ids, const RandomSource& random,
                          std::int64_t now_ns);

// By name; runs oldest first.
Result<std::vector<model::Baseline>> list_baselines(Connection& connection);

Result<model::Baseline> find_baseline(Connection& connection, const std::string& name);

// Forgets the name; the runs stay.
Result<void> delete_baseline(Connection& connection, const std::string& name);

Result<void> rename_baseline(Connection& connection, const std::string& name, const std::string& new_name);

}  // namespace harness::store
