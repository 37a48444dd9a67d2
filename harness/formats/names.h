#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/model/suite.h"

namespace harness::formats {

// A suite's name from what a file is called or a format calls its group: without folders and the last ending,
// other characters than letters, digits, '_', '-' and '.' become '_'. "imported" when nothing is left.
std::string suite_name(std::string_view text);

// Nanoseconds since 1970 of "2026-02-03T04:05:06" with a space instead of the T, a fraction, and a zone ("Z",
// " UTC", "+01:00", "-0530") or none (then UTC) after it. (RFC 3339, and what its neighbours write)
std::optional<std::int64_t> parse_time(std::string_view text);

// Nanoseconds in a unit of time: ns, us (and µs), ms, s, min, hr and what JMH and hyperfine call them.
std::optional<double> nanoseconds_in(std::string_view unit);

// The whole text as a finite number.
std::optional<double> parse_number(std::string_view text);

// A text that is the same wherever the same content is read, in the form of a UUID. (RFC 9562, 5.8: version
// 8)
std::string content_uuid(std::string_view content);

// "NAME:UNIT:DIRECTION", for metrics whose better direction a file does not tell.
Result<model::Metric> parse_metric(std::string_view text);

// What the metrics that every format has are called.
inline const model::Metric kTime{"time", "ns", model::Direction::lower};
inline const model::Metric kBytesPerSecond{"bytes_per_second", "B/s", model::Direction::higher};
inline const model::Metric kItemsPerSecond{"items_per_second", "1/s", model::Direction::higher};

}  // namespace harness::formats
