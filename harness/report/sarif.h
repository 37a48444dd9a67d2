#pragma once

#include <string>
#include <string_view>

#include "harness/report/format.h"

namespace harness::report {

// SARIF 2.1.0: regressions and failures as results of level error, missing benchmarks as warnings; that two
// runs are not comparable, or that a run is void, as results of their own. The rules say what each means. A
// result's place is logical, the benchmark: which source line it is measured by, a verdict does not know.
std::string sarif(const model::Comparison& comparison);

// A text as the message of a SARIF result, where braces and brackets mean placeholders and links.
// (3.11.5, 3.11.6)
std::string sarif_message(std::string_view text);

}  // namespace harness::report
