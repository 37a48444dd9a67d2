#pragma once

#include "harness/formats/formats.h"

namespace harness::formats {

// A series in CSV (RFC 4180), one value a line under a header line. Columns, in any order:
//   benchmark  required, SUITE/CASE or the case alone
//   value      required, a number
//   metric     default "time"
//   unit       default "ns" for "time"; other times are converted to nanoseconds
//   direction  lower or higher; may be left out for time, bytes_per_second and items_per_second
//   process    lines of a benchmark with the same text here are of one process; without this column all are
//   iterations default 0, unknown
//   time       when it was measured (RFC 3339, or seconds since 1970)
//   revision   of what was measured
//   machine    the CPU's name
// Lines with the same time, revision and machine are one run, in order of time. Other columns are refused.
bool is_series(const Document& document);
Result<Imported> read_series(const Document& document, const Options& options);

}  // namespace harness::formats
