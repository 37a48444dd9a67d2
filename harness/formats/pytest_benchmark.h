#pragma once

#include "harness/formats/formats.h"

namespace harness::formats {

// What `pytest --benchmark-json` and its storage hold: rounds in seconds, all of one process. Without
// `stats.data` (saved without --benchmark-save-data) it is an aggregate: one value, the median.
bool is_pytest_benchmark(const Document& document);
Result<Imported> read_pytest_benchmark(const Document& document, const Options& options);

}  // namespace harness::formats
