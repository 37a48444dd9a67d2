#pragma once

#include <string>

#include "harness/report/format.h"

namespace harness::report {

// Everything that was decided or summarised; "schema" names the version of the layout.
std::string json(const model::Comparison& comparison);
std::string json(const RunReport& report);

}  // namespace harness::report
