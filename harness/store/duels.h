#pragma once

#include <optional>
#include <string>

#include "harness/store/connection.h"
#include "harness/store/uuid.h"

namespace harness::store {

// Keeps what decides a side-by-side run besides its pairs (a text of harness/duel/terms.h); terms known
// better later replace the earlier ones.
Result<void> record_terms(Connection& connection, const std::string& run_id, const std::string& terms);

// Nothing for a run that did not measure side by side.
Result<std::optional<std::string>> terms_of_run(Connection& connection, const std::string& run_id);

// Copies a run's terms and pairs to another store, which holds the run and its benchmarks already.
Result<void> copy_duel(Connection& into, Connection& from, const std::string& run_id,
                       const RandomSource& random);

// Whether both stores hold the same pairs of a run.
Result<bool> same_pairs(Connection& one, Connection& other, const std::string& run_id);

}  // namespace harness::store
