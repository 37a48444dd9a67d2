#pragma once

#include <string>

#include "harness/report/format.h"

namespace harness::report {

// Input of github-action-benchmark's tools customSmallerIsBetter and customBiggerIsBetter. It wants one
// direction a file, so each takes the metrics of its own direction.
std::string smaller_is_better(const RunReport& report);
std::string bigger_is_better(const RunReport& report);

}  // namespace harness::report
