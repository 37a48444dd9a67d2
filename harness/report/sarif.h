#pragma once

#include <string>
#include <string_view>

#include "harness/report/format.h"

namespace harness::report {

// SARIF 2.1.0: regressions and failures as results of level error, missing benchmarks as warnings; that two
// runs are not comparable, or that a run is void, as results of their own. The rules say what each means. A
// result's place is the benchmark's name and, where its program tells it, the source line of its case.
std::string sarif(const model::Comparison& comparison);

// A path as the reference of an artifact: what a URI has other uses for is escaped. (3.4.4; RFC 3986, 2.1)
std::string uri_path(std::string_view path);

// A text as the message of a SARIF result, where braces and brackets mean placeholders and links.
// (3.11.5, 3.11.6)
std::string sarif_message(std::string_view text);

}  // namespace harness::report
