#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/store/connection.h"
#include "harness/store/uuid.h"

namespace harness::store {

// found: not tested yet. confirmed, unconfirmed: the side-by-side test between the two commits shows the
// change, or does not.
enum class ChangeState { found, confirmed, unconfirmed };

std::string_view to_string(ChangeState state);

// Where the level of a trend changes.
struct KnownChange {
    std::string id;                // UUID; the store gives it
    std::int64_t trend = 0;        // a number of the trend
    std::int64_t last_night = 0;   // the last of the old level
    std::int64_t first_night = 0;  // the first of the new one
    double level_before = 0;       // logarithms
    double level_after = 0;
    ChangeState state = ChangeState::found;
    std::optional<std::int64_t> commits;  // in the range between the two nights' heads
    std::string run_id;                   // of the test; empty: none
    std::optional<double> low;            // logarithms of head / base, by the test
    std::optional<double> high;
    std::int64_t found_ns = 0;
    std::string note;
    bool operator==(const KnownChange&) const = default;
};

// A change that is stored already stays as it is.
Result<void> record_change(Connection& connection, const KnownChange& change, const RandomSource& random);

// What the test says of it: state, run, low, high and note.
Result<void> update_change(Connection& connection, const KnownChange& change);

// Oldest night first.
Result<std::vector<KnownChange>> list_changes(Connection& connection);

}  // namespace harness::store
