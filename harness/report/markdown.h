#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "harness/report/format.h"

namespace harness::report {

// GitHub-flavoured. What matters comes first; unchanged and inconclusive rows, references and further metrics
// fold.
std::string markdown(const model::Comparison& comparison);
std::string markdown(const RunReport& report);

// The same in at most `limit` bytes: rows that do not fit are left out from the least important kind on, and
// their table says how many.
std::string markdown(const model::Comparison& comparison, std::size_t limit);

// Text inside a table cell: no row, column, tag or emphasis can be forged by a name.
std::string markdown_cell(std::string_view text);

}  // namespace harness::report
