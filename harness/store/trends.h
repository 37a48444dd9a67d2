#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "harness/model/suite.h"
#include "harness/store/connection.h"
#include "harness/store/uuid.h"

namespace harness::store {

// What one night says of one metric of one benchmark. Logarithms of head / reference.
struct NightPoint {
    std::int64_t night = 0;  // its number
    double log_ratio = 0;
    std::optional<double> low;  // none where there are too few pairs for an interval
    std::optional<double> high;
    double head = 0;  // medians, in the series' unit
    double reference = 0;
    double spread = 0;          // robust, of the pairs' values
    std::vector<float> values;  // one a pair, in the order measured
    bool operator==(const NightPoint&) const = default;
};

// A series that nights measure; under a renamed benchmark's new name. Definitions, units and machine classes
// have series of their own.
struct Trend {
    std::vector<std::int64_t> numbers;  // more than one where a benchmark was renamed
    std::string benchmark;              // SUITE/CASE
    int definition_version = 1;
    std::string metric;
    std::string unit;
    model::Direction direction = model::Direction::lower;
    std::string machine_class;
    bool is_reference = false;  // a row for orientation: it tells of the machine
    double slope = 1;
    bool operator==(const Trend&) const = default;
};

// The number of the trend of this series, made when there is none. Its benchmark is recorded already.
Result<std::int64_t> record_trend(Connection& connection, const std::string& benchmark,
                                  int definition_version, const model::Metric& metric,
                                  const std::string& machine_class, const RandomSource& random);

// Replaces what the night said before.
Result<void> record_point(Connection& connection, std::int64_t trend, const NightPoint& point);

// Ordered by benchmark, version, metric and machine class.
Result<std::vector<Trend>> list_trends(Connection& connection);

// By night.
Result<std::vector<NightPoint>> points_of(Connection& connection, const Trend& trend);

// Definitions whose time is the wall's: (benchmark as measured, version).
Result<std::set<std::pair<std::string, int>>> wall_timed(Connection& connection);

// How the series is corrected for the reference (harness/duel/trend.h): by this slope, about the level of
// each reference.
Result<void> set_correction(Connection& connection, const Trend& trend, double slope,
                            const std::map<std::string, double>& levels);

}  // namespace harness::store
