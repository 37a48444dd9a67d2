#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/judge/resample.h"
#include "harness/model/result.h"

namespace harness::report {

// Real gates of a program against its own copy.
struct LiveGates {
    std::size_t gates = 0;
    std::size_t alarms = 0;  // of gates that were not void
    std::size_t voids = 0;
    std::vector<std::string> details;  // of those that alarmed or were void, one line each
};

// A self-test as reporters see it.
struct SelfTestReport {
    judge::SelfTestFigures figures;
    judge::Floors floors;
    judge::Conclusion conclusion;
    LiveGates live;
    std::string machine_class;
    std::vector<std::string> runs;  // whose pairs the bank holds
    std::uint64_t seed = 0;
    double quiet_spread = 0;         // what counts as quiet
    std::vector<std::string> notes;  // for the reader, one sentence each
};

// "terminal, markdown or json"
std::string self_test_formats();

// The report in one of these formats; an error names what there is.
Result<std::string> self_test(const SelfTestReport& report, const std::string& format);

}  // namespace harness::report
