#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "harness/model/suite.h"

namespace harness::model {

// One measured value of one metric in one process.
struct Sample {
    std::string process_id;
    std::string benchmark;  // SUITE/CASE
    int definition_version = 1;
    std::string metric;
    std::string unit;
    Direction direction = Direction::lower;
    int ordinal = 0;  // within the process and metric, from 0
    double value = 0;
    std::int64_t iterations = 0;
    bool operator==(const Sample&) const = default;
};

// What makes two samples comparable at all.
struct SeriesKey {
    std::string benchmark;
    int definition_version = 1;
    std::string metric;
    std::string unit;
    std::string machine_class;
    auto operator<=>(const SeriesKey&) const = default;
};

}  // namespace harness::model
