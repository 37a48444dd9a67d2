#include "harness/report/terminal.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "harness/report/ratios.h"
#include "harness/report/text.h"

namespace harness::report {

namespace {

using model::Role;
using model::Verdict;
using model::VerdictKind;

struct Cell {
    std::string text;
    std::string_view colour;  // an escape sequence, or empty
};

using Row = std::vector<Cell>;

constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kGreen = "\x1b[32m";
constexpr std::string_view kYellow = "\x1b[33m";
constexpr std::string_view kFaint = "\x1b[2m";
constexpr std::string_view kPlain = "\x1b[0m";

std::string_view colour_of(const Verdict& verdict) {
    if (verdict.role == Role::reference) return kFaint;
    switch (verdict.kind) {
        case VerdictKind::regressed:
        case VerdictKind::failed:
            return kRed;
        case VerdictKind::improved:
            return kGreen;
        case VerdictKind::missing:
        case VerdictKind::not_comparable:
        case VerdictKind::created:
            return kYellow;
        default:
            return "";
    }
}

// Columns as wide as their widest cell, the first and the last two to the left, numbers to the right.
std::string table(const std::vector<Row>& rows, Colour colour) {
    std::vector<std::size_t> widths(rows.front().size(), 0);
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].text.size());
    }
    std::string text;
    for (const Row& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const bool left = i == 0 || i + 2 >= row.size();
            std::string cell = left ? fmt::format("{:<{}}", row[i].text, widths[i])
                                    : fmt::format("{:>{}}", row[i].text, widths[i]);
            if (i + 1 == row.size()) cell = row[i].text;
            const bool paint = colour == Colour::always && !row[i].colour.empty();
            line += fmt::format("{}{}{}{}", i == 0 ? "" : "  ", paint ? row[i].colour : "", cell,
                                paint ? kPlain : "");
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

Row verdict_row(const Verdict& verdict) {
    const std::string kind = verdict.role == Role::reference && verdict.kind != VerdictKind::failed
                                 ? "reference"
                                 : std::string(to_string(verdict.kind));
    const std::string note = verdict.role == Role::reference && verdict.effect ? "" : verdict.note;
    const bool plain = verdict.metric.empty() || verdict.metric == "time";
    return {{plain ? verdict.benchmark : fmt::format("{} ({})", verdict.benchmark, verdict.metric), ""},
            {verdict.base ? quantity(*verdict.base, verdict.unit) : "-", ""},
            {verdict.head ? quantity(*verdict.head, verdict.unit) : "-", ""},
            {verdict.effect ? change(verdict.effect->ratio) : "-", ""},
            {verdict.effect ? interval(*verdict.effect) : "-", ""},
            {kind, colour_of(verdict)},
            {one_line(note), ""}};
}

std::string lines(std::string_view title, const std::vector<std::string>& notes) {
    std::string text;
    for (const std::string& note : notes) text += fmt::format("{}: {}\n", title, note);
    return text;
}

std::string header(const model::Comparison& comparison) {
    if (comparison.method == model::Method::side_by_side) {
        return fmt::format("run {}: {}, side by side\nmachine {}\n", short_id(comparison.run),
                           matchup(comparison), comparison.head_machine_class);
    }
    return fmt::format("run {} ({}) against baseline '{}' ({})\nmachine {}\n", short_id(comparison.run),
                       comparison.head_revision, comparison.baseline, comparison.base_revision,
                       comparison.head_machine_class);
}

Row summary_row(const judge::SummaryRow& row) {
    const std::string role = row.role == Role::reference ? "reference" : "";
    return {{row.benchmark, ""},
            {row.median ? quantity(*row.median, row.metric.unit) : "-", ""},
            {row.interval ? quantity(row.interval->low, row.metric.unit) : "-", ""},
            {row.interval ? quantity(row.interval->high, row.metric.unit) : "-", ""},
            {row.median ? fmt::format("{:.1f} %", 100 * row.spread) : "-", ""},
            {fmt::format("{}", row.values.size()), ""},
            {row.error.empty() ? role : "failed", row.error.empty() ? kFaint : kRed},
            {one_line(row.error), ""}};
}

std::string targets(const std::vector<judge::TargetRow>& all, Colour colour) {
    if (all.empty()) return "";
    std::vector<Row> rows{{{"target", ""}, {"wanted", ""}, {"measured", ""}, {"", ""}, {"of what", ""}}};
    for (const judge::TargetRow& row : all) {
        const bool lower = row.metric.direction == model::Direction::lower;
        rows.push_back({{row.benchmark, ""},
                        {fmt::format("{} {:.2f}", lower ? "<=" : ">=", row.wanted), ""},
                        {fmt::format("{:.2f}", row.measured), ""},
                        {row.met ? "met" : "not met", row.met ? kGreen : kYellow},
                        {fmt::format("{} of {}", row.metric.name, row.vs), ""}});
    }
    return "\n" + table(rows, colour);
}

// The last line, the means, is what stays in view.
std::string ratios(const judge::RatioTable& ratio_table, Colour colour) {
    const RatioLines text = ratio_lines(ratio_table);
    std::vector<Row> rows;
    const auto add = [&](const std::vector<std::string>& cells) {
        Row row;
        for (const std::string& cell : cells) row.push_back({cell.empty() ? "-" : cell, ""});
        row.insert(row.end(), 2, {"", ""});  // the last two columns are texts
        rows.push_back(std::move(row));
    };
    add(text.head);
    rows.front().front().text = ratio_table.suite;
    for (const std::vector<std::string>& line : text.lines) add(line);
    return fmt::format("\nratios of {}\n{}", ratio_legend(ratio_table), table(rows, colour));
}

}  // namespace

std::string terminal(const model::Comparison& comparison, Colour colour) {
    std::string text = header(comparison);
    if (!comparison.refusal.empty()) return text + fmt::format("not comparable: {}\n", comparison.refusal);
    const ColumnNames names = column_names(comparison.method);
    std::vector<Row> rows{{{"benchmark", ""},
                           {std::string(names.base), ""},
                           {std::string(names.head), ""},
                           {"change", ""},
                           {std::string(names.interval), ""},
                           {"verdict", ""},
                           {"", ""}}};
    for (const Role role : {Role::reference, Role::deciding}) {
        // Most important last: on a terminal that is what stays in view.
        auto verdicts = by_importance(comparison, role);
        std::ranges::reverse(verdicts);
        for (const Verdict* verdict : verdicts) rows.push_back(verdict_row(*verdict));
    }
    text += "\n" + table(rows, colour) + "\n" + counts(comparison) + "\n";
    if (comparison.overall) text += overall(comparison) + "\n";
    for (const std::string& line : groups(comparison)) text += fmt::format("  {}\n", line);
    text += lines("note", comparison.notes);
    if (!comparison.void_reason.empty()) text += fmt::format("void: {}\n", comparison.void_reason);
    return text;
}

std::string terminal(const RunReport& report, Colour colour) {
    const model::Run& run = report.record.run;
    std::string text =
        fmt::format("run {}  {}  {} profile, {}, seed {}\nmachine {}\n\n", run.id, utc(run.started_ns),
                    to_string(run.profile), to_string(run.status), run.seed, machine_class(run.machine));
    std::vector<Row> rows{{{"benchmark", ""},
                           {"median", ""},
                           {"95 % from", ""},
                           {"to", ""},
                           {"spread", ""},
                           {"processes", ""},
                           {"", ""},
                           {"", ""}}};
    for (const judge::SummaryRow& row : report.summary.rows) {
        if (row.role != Role::shown) rows.push_back(summary_row(row));
    }
    text += table(rows, colour) + targets(report.summary.targets, colour);
    for (const judge::RatioTable& one : report.summary.ratios) text += ratios(one, colour);
    return text;
}

}  // namespace harness::report
