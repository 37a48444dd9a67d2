#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/model/result.h"

namespace harness::judge {

// A reviewed decision that one metric of one benchmark may be worse, or the benchmark missing or different.
// Days are written as 2026-11-30.
struct Acceptance {
    std::string benchmark;        // SUITE/CASE; a suite's name for the size of its code
    std::string metric = "time";  // a benchmark that vanished is accepted by its time
    std::string reason;
    std::string author;
    std::string since;     // the commit it was decided at
    std::string recorded;  // the day
    std::string until;     // the last day it counts; empty: it always does
    bool operator==(const Acceptance&) const = default;
};

// At most one for each metric of a benchmark.
struct Acceptances {
    std::vector<Acceptance> entries;
};

// Reads {"accepted": [{"benchmark": "cpu/fib", "metric": "time", "reason": "...", "author": "...", "since":
// "COMMIT", "recorded": "2026-11-21", "until": "2027-01-31"}]}; metric and until may be missing. Errors name
// the origin, the entry by its number from 0, and the member.
Result<Acceptances> parse_acceptances(std::string_view json, std::string_view origin);

// As the file has them: by benchmark and metric, indented, with a final newline, so that adding one changes
// the lines of that one only.
std::string to_json(const Acceptances& acceptances);

// With this one added, in the place of an earlier one of the same benchmark and metric. It is held to the
// same rules as the file's entries; `origin` starts the error.
Result<Acceptances> with(Acceptances acceptances, const Acceptance& added, std::string_view origin);

// What the acceptances say of one metric of one benchmark on a day.
struct Acceptability {
    std::string reason;   // empty: it is not accepted
    std::string expired;  // the last day of the acceptance that no longer counts; empty: there is none
    bool operator==(const Acceptability&) const = default;
};

Acceptability acceptability(const Acceptances& acceptances, std::string_view benchmark,
                            std::string_view metric, std::string_view today);

// A day of the calendar as 2026-11-30. Days of this form order as their texts do.
Result<std::string> parse_day(std::string_view text);

}  // namespace harness::judge
