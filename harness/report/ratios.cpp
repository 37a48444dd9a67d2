#include "harness/report/ratios.h"

#include <cstddef>
#include <optional>

#include <fmt/format.h>

#include "harness/report/text.h"

namespace harness::report {

namespace {

std::string text_of(const std::optional<judge::Ratio>& value) {
    if (!value) return "";
    if (!value->interval) return ratio(value->value);
    return fmt::format("{} ({} .. {})", ratio(value->value), ratio(value->interval->low),
                       ratio(value->interval->high));
}

std::string text_of(const std::optional<judge::RatioCell>& cell) {
    if (!cell) return "";
    return cell->problem.empty() ? text_of(cell->ratio) : "failed";
}

// Says so when it is not the mean of all that the column asks for.
std::string mean_of(const judge::RatioColumn& column) {
    std::string text = text_of(column.mean);
    if (text.empty() || column.counted == column.asked) return text;
    return fmt::format("{}, {} of {}", text, column.counted, column.asked);
}

}  // namespace

RatioLines ratio_lines(const judge::RatioTable& table) {
    RatioLines result{{""}, {}};
    std::vector<std::string> means = {"geometric mean"};
    for (const judge::RatioColumn& column : table.columns) {
        result.head.push_back(fmt::format("{} / {}", column.own, column.other));
        means.push_back(mean_of(column));
    }
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        std::vector<std::string> line = {table.rows[row]};
        for (const judge::RatioColumn& column : table.columns) line.push_back(text_of(column.cells[row]));
        result.lines.push_back(std::move(line));
    }
    result.lines.push_back(std::move(means));
    return result;
}

std::string ratio_legend(const judge::RatioTable& table) {
    return fmt::format("{}, {} is better, with 95 % intervals over the rounds of the run", table.metric.name,
                       model::to_string(table.metric.direction));
}

}  // namespace harness::report
