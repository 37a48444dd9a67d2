#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "harness/store/connection.h"
#include "harness/store/parcel.h"
#include "harness/store/uuid.h"

namespace harness::store {

Result<Parcel> pack(Connection& connection, const std::string& baseline);

struct Unpacked {
    std::size_t new_runs = 0;
    std::size_t known_runs = 0;  // already in the store
};

// Adds the runs and makes the baseline (named `name`) the set of them; all or nothing. A run that is in the
// store already must have the same content.
Result<Unpacked> unpack(Connection& connection, const Parcel& parcel, const std::string& name,
                        const RandomSource& random);

// The same within a transaction that the caller holds.
Result<Unpacked> add_parcel(Connection& connection, const Parcel& parcel, const std::string& name,
                            const RandomSource& random);

// A run with positions in `builds` as the ids of its builds, as parcels have them.
Result<model::RunRecord> load_portable(Connection& connection, const std::string& run_id);

// What is asked of a run whose id is in the store already: that it is the same one, or nothing, because the
// id derives from the content.
enum class Duplicates { must_be_equal, stay };

// Adds portable runs and the suites of their benchmarks within a transaction that the caller holds.
Result<Unpacked> add_runs(Connection& connection, const std::vector<SuiteText>& suites,
                          const std::vector<model::RunRecord>& runs, Duplicates duplicates,
                          const RandomSource& random);

}  // namespace harness::store
