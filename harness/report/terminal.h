#pragma once

#include <string>

#include "harness/report/format.h"

namespace harness::report {

// Deciding and reference rows; the other metrics are in the formats for programs.
std::string terminal(const model::Comparison& comparison, Colour colour);
std::string terminal(const RunReport& report, Colour colour);

}  // namespace harness::report
