#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/model/pair.h"
#include "harness/store/connection.h"

namespace harness::store {

// What a pair was measured for.
enum class Stage { control, screening, fresh };

// A pair as a run keeps it. Its run, builds and benchmark are recorded already.
struct StoredPair {
    std::string id;  // UUID
    std::string run_id;
    std::string benchmark;  // SUITE/CASE
    int definition_version = 1;
    Stage stage = Stage::screening;
    int position = 0;  // in the order measured, from 0
    std::string base_build_id;
    std::string head_build_id;
    model::Pair pair;
    bool operator==(const StoredPair&) const = default;
};

Result<void> record_pair(Connection& connection, const StoredPair& stored);

// In the order measured.
Result<std::vector<StoredPair>> pairs_of_run(Connection& connection, const std::string& run_id);

// A benchmark's screening pairs of the newest run that has any, in the order measured.
Result<std::vector<StoredPair>> last_screening(Connection& connection, const std::string& benchmark);

// The hashes of the programs that pairs of this run measured, by the builds' ids.
Result<std::map<std::string, std::string>> program_hashes_of_pairs(Connection& connection,
                                                                   const std::string& run_id);

// Runs whose note is this, and runs of which every pair is a control: oldest first.
Result<std::vector<std::string>> runs_of_equal_sides(Connection& connection, const std::string& note);

}  // namespace harness::store
