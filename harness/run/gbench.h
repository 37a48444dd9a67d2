#pragma once

#include <string_view>

#include "harness/formats/gbench.h"

namespace harness::run {

using formats::GbenchOutput;
using formats::GbenchRow;

// What a suite program prints with `--benchmark_format=json`, read as harness/formats reads such files: the
// measurements, without aggregates, which can be computed again. The program may be broken: text that is not
// JSON, a missing field or a time that cannot be is an error that says which and on which line.
Result<GbenchOutput> parse_gbench(std::string_view text);

}  // namespace harness::run
