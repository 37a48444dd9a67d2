#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/run.h"
#include "harness/store/connection.h"
#include "harness/store/uuid.h"

namespace harness::store {

// One night's measurement of head beside the reference. Clocks are nanoseconds since 1970 (UTC).
struct Night {
    std::int64_t number = 0;  // ascending in time; the store gives it
    std::string id;           // UUID
    std::string run_id;       // empty until something is measured
    std::int64_t started_ns = 0;
    std::optional<std::int64_t> finished_ns;
    model::RunStatus status = model::RunStatus::running;
    std::string head_revision;
    std::string reference_revision;
    std::string machine_class;
    std::string release;  // the newest tag that head contains; empty: none
    std::string owner;    // of a running night, see run::own_identity
    std::string note;
    bool operator==(const Night&) const = default;
};

// Its number.
Result<std::int64_t> begin_night(Connection& connection, const Night& night);

// The run whose pairs are the night's; recorded already.
Result<void> set_run_of_night(Connection& connection, std::int64_t number, const std::string& run_id);

Result<void> finish_night(Connection& connection, std::int64_t number, model::RunStatus status,
                          std::int64_t finished_ns, const std::string& note);

// Oldest first.
Result<std::vector<Night>> list_nights(Connection& connection);

// Drops the pairs of all nights but the newest `keep` ones, with what judges them (terms, verdicts): their
// points and what each pair said stay. Returns how many pairs went.
Result<std::int64_t> drop_old_pairs(Connection& connection, std::int64_t keep);

}  // namespace harness::store
