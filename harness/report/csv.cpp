#include "harness/report/csv.h"

#include <optional>

#include <fmt/format.h>

namespace harness::report {

namespace {

std::string number(const std::optional<double>& value) { return value ? fmt::format("{}", *value) : ""; }

}  // namespace

std::string csv_field(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + "\"";
}

std::string csv(const model::Comparison& comparison) {
    std::string text =
        "benchmark,metric,unit,direction,role,verdict,ratio,low,high,base,head,threshold,n_base,n_head,"
        "cross_machine,note\n";
    for (const model::Verdict& row : comparison.verdicts) {
        const auto part = [&](double model::Effect::*member) {
            return row.effect ? fmt::format("{}", (*row.effect).*member) : "";
        };
        text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", csv_field(row.benchmark),
                            csv_field(row.metric), csv_field(row.unit), to_string(row.direction),
                            to_string(row.role), to_string(row.kind), part(&model::Effect::ratio),
                            part(&model::Effect::low), part(&model::Effect::high), number(row.base),
                            number(row.head), row.threshold, row.n_base, row.n_head, comparison.cross_machine,
                            csv_field(row.note));
    }
    return text;
}

std::string csv(const RunReport& report) {
    std::string text = "benchmark,metric,unit,direction,role,median,low,high,spread,processes,error\n";
    for (const judge::SummaryRow& row : report.summary.rows) {
        const auto low = row.interval ? std::optional(row.interval->low) : std::nullopt;
        const auto high = row.interval ? std::optional(row.interval->high) : std::nullopt;
        text += fmt::format("{},{},{},{},{},{},{},{},{},{},{}\n", csv_field(row.benchmark),
                            csv_field(row.metric.name), csv_field(row.metric.unit),
                            to_string(row.metric.direction), to_string(row.role), number(row.median),
                            number(low), number(high), row.spread, row.values.size(), csv_field(row.error));
    }
    return text;
}

}  // namespace harness::report
