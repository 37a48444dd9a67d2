#pragma once

#include <string>
#include <string_view>

#include "harness/report/format.h"

namespace harness::report {

// With a header line; fields as RFC 4180 has them but lines ending in a bare newline. Absent numbers are
// empty.
std::string csv(const model::Comparison& comparison);
std::string csv(const RunReport& report);

// Quoted when it must be.
std::string csv_field(std::string_view text);

}  // namespace harness::report
