#pragma once

#include <string>
#include <string_view>

#include "harness/report/format.h"

namespace harness::report {

// One test case a benchmark, grouped by suite: regressed is a failure, failed an error, missing and
// inconclusive are skipped, the rest passes.
std::string junit(const model::Comparison& comparison);
std::string junit(const RunReport& report);

// Text for XML 1.0 content and attributes. Control characters, most of which XML cannot hold at all, become
// spaces.
std::string xml_escape(std::string_view text);

}  // namespace harness::report
