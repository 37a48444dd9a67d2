#pragma once

#include <span>
#include <string>
#include <string_view>

#include "harness/judge/summary.h"
#include "harness/model/result.h"
#include "harness/model/run.h"
#include "harness/model/verdict.h"

namespace harness::report {

enum class Colour { never, always };

// What a report of one run is made from.
struct RunReport {
    const model::RunRecord& record;
    judge::RunSummary summary;
};

// One way to write reports down. Either function may be null: the format cannot show that kind of report.
struct Format {
    std::string_view name;
    std::string_view description;
    std::string (*comparison)(const model::Comparison&, Colour);
    std::string (*run)(const RunReport&, Colour);
};

// Every format, in the order in which help lists them.
std::span<const Format> formats();

// "terminal, markdown, ..."
std::string format_names();

Result<std::string> render(std::string_view format, const model::Comparison& comparison, Colour colour);
Result<std::string> render(std::string_view format, const model::RunRecord& record, Colour colour);

}  // namespace harness::report
