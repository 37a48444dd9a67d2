#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/verdict.h"

namespace harness::report {

// "1.23 us" of 1234 ns, "3.50 GiB/s", "400 M/s": three significant digits, with the prefix that keeps them
// short. Units that have no prefixes of their own stay as they are.
std::string quantity(double value, std::string_view unit);

// "2.20", "0.333", "25.1": three significant digits.
std::string ratio(double value);

// "+12.3 %" of 1.123, "x2.50" from a doubling on.
std::string change(double ratio);

// "-1.0 % .. +12.3 %"
std::string interval(const model::Effect& effect);

// Verdicts of this role, most important kind first, by name within a kind.
std::vector<const model::Verdict*> by_importance(const model::Comparison& comparison, model::Role role);

// "2 regressed, 1 failed, 10 unchanged": deciding verdicts, kinds that occur.
std::string counts(const model::Comparison& comparison);

// "geometric mean of all deciding benchmarks: +1.2 % (95 % interval -0.3 % .. +2.7 %; more is worse)"; empty
// without.
std::string overall(const model::Comparison& comparison);

// What is compared with what, and where: "HEAD (rev) against BASE (rev)".
std::string matchup(const model::Comparison& comparison);

// Headings of the two sides' columns and of the interval's, which depend on the method.
struct ColumnNames {
    std::string_view base;
    std::string_view head;
    std::string_view interval;
};
ColumnNames column_names(model::Method method);

// One line a group: "suite cpu: +0.1 % (95 % interval -0.2 % .. +0.4 %), 12 benchmarks".
std::vector<std::string> groups(const model::Comparison& comparison);

// The first eight digits of a UUID.
std::string_view short_id(std::string_view id);

// On one line, without control characters (a failed program's message may hold any) and as valid UTF-8.
std::string one_line(std::string_view text);

// Nanoseconds since 1970 as "2026-02-03 04:05:06 UTC".
std::string utc(std::int64_t nanoseconds);

}  // namespace harness::report
