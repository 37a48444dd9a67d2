#include "harness/report/github_action_benchmark.h"

#include <algorithm>

#include <fmt/format.h>

#include "harness/report/json_text.h"

namespace harness::report {

namespace {

std::string entries(const RunReport& report, model::Direction direction) {
    Json rows = Json::array();
    for (const judge::SummaryRow& row : report.summary.rows) {
        if (row.metric.direction != direction || !row.median) continue;
        const bool primary = row.role != model::Role::shown;
        Json entry = {
            {"name", primary ? row.benchmark : fmt::format("{} ({})", row.benchmark, row.metric.name)},
            {"unit", row.metric.unit},
            {"value", *row.median}};
        if (row.interval) {
            const double reach = std::max(row.interval->high - *row.median, *row.median - row.interval->low);
            entry["range"] = fmt::format("± {:.3g}", reach);
        }
        entry["extra"] = fmt::format("median of {} processes", row.values.size());
        rows.push_back(entry);
    }
    return dump(rows);
}

}  // namespace

std::string smaller_is_better(const RunReport& report) { return entries(report, model::Direction::lower); }

std::string bigger_is_better(const RunReport& report) { return entries(report, model::Direction::higher); }

}  // namespace harness::report
