#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include "suites/common/case.h"

namespace suites::common {

// What is wrong with the table, in one line: an id twice or with other characters, no body, no metric, a
// target against a case that is not there, a ratio to one that is not or differs in more than one component.
std::optional<std::string> find_problem(const Suite& suite);

// What --describe prints: the suite, its question and its cases with metrics, units, directions, tags,
// targets and what they are shown as a ratio to.
nlohmann::json describe(const Suite& suite);

// The cases whose id matches, in table order, by the rules of --benchmark_filter: an extended regular
// expression found anywhere in the id, "-" before it for those that do not match, all for the empty text or
// "all". The error says why the expression is none.
tl::expected<std::vector<const Case*>, std::string> select_cases(const Suite& suite,
                                                                 const std::string& filter);

}  // namespace suites::common
