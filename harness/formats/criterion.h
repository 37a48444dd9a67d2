#pragma once

#include "harness/formats/formats.h"

namespace harness::formats {

// What Criterion (Rust) keeps below target/criterion/GROUP/FUNCTION/PARAMETER/new/: sample.json (iteration
// counts and total nanoseconds; older versions wrote the two lists, with or without the sampling mode, as an
// array) and estimates.json (one value: the slope, else the mean). Neither names its benchmark: the path
// does. All samples are of one process.
bool is_criterion(const Document& document);
Result<Imported> read_criterion(const Document& document, const Options& options);

}  // namespace harness::formats
