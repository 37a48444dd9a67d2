#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "harness/duel/trend.h"
#include "harness/run/interrupts.h"
#include "harness/store/connection.h"

namespace harness::cli {

// Stores what the pairs of a night's run say; computed again when it was stored before. How many benchmarks.
Result<std::size_t> store_points(store::Connection& connection, const store::Night& night);

// Marks nights as interrupted whose program is gone, with the points of what they had measured. The caller
// holds the lock of nights. Their number.
Result<std::size_t> close_abandoned_nights(store::Connection& connection);

// One trend with its nights, its corrected series and the changes known of it.
struct TrendSeries {
    store::Trend trend;
    std::vector<duel::TrendNight> nights;
    duel::Corrected corrected;
    std::vector<store::KnownChange> known;
};

// Trends of a machine class, or of all where it is empty.
Result<std::vector<TrendSeries>> load_trends(store::Connection& connection, const std::string& machine_class);

// Looks for changes in the trends of a machine class, reference rows left out, and stores the new ones as
// found. How many are new.
Result<std::size_t> store_new_changes(store::Connection& connection, const std::string& machine_class,
                                      const stats::SegmentationRules& rules, const std::string& repository,
                                      run::Interrupts& interrupts);

}  // namespace harness::cli
