#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "harness/store/connection.h"
#include "harness/store/uuid.h"

namespace harness::store {

struct Merged {
    std::size_t new_runs = 0;
    std::size_t known_runs = 0;
    std::size_t running_runs = 0;  // left out: they are not finished
    std::size_t new_baselines = 0;
    std::size_t left_nights = 0;              // left out: a history of nights belongs to its store
    std::vector<std::string> kept_baselines;  // both stores have them, with other runs: ours stay
};

// Adds what `from` holds and `into` does not: finished runs with all their samples, baselines, renamed
// benchmarks and decisions; all or nothing. What both hold is recognised by its id and must be the same; ours
// says how benchmarks are described. Verdicts and points are derived: they are not copied. `from` stays as it
// is.
Result<Merged> merge(Connection& into, Connection& from, const RandomSource& random);

}  // namespace harness::store
