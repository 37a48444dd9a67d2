#include "harness/report/markdown.h"

#include <limits>
#include <vector>

#include <fmt/format.h>

#include "harness/report/ratios.h"
#include "harness/report/text.h"

namespace harness::report {

namespace {

using model::Role;
using model::Verdict;
using model::VerdictKind;

bool folds(const Verdict& verdict) {
    return verdict.kind == VerdictKind::unchanged || verdict.kind == VerdictKind::inconclusive;
}

std::string verdict_row(const Verdict& verdict) {
    return fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} |\n", markdown_cell(verdict.benchmark),
                       markdown_cell(verdict.metric),
                       verdict.base ? markdown_cell(quantity(*verdict.base, verdict.unit)) : "",
                       verdict.head ? markdown_cell(quantity(*verdict.head, verdict.unit)) : "",
                       verdict.effect ? change(verdict.effect->ratio) : "",
                       verdict.effect ? interval(*verdict.effect) : "", to_string(verdict.kind),
                       markdown_cell(verdict.note));
}

// Writes the tables of one comparison into so many bytes, the first table's rows first.
class Tables {
  public:
    Tables(const model::Comparison& comparison, std::size_t room) : comparison_(comparison), room_(room) {}

    std::string text() {
        std::vector<const Verdict*> open;
        std::vector<const Verdict*> closed;
        for (const Verdict* verdict : by_importance(comparison_, Role::deciding)) {
            (folds(*verdict) ? closed : open).push_back(verdict);
        }
        std::string text = open.empty() ? "" : "\n" + table(open);
        text += folded("unchanged and inconclusive", closed);
        text += folded("reference rows (they never decide)", by_importance(comparison_, Role::reference));
        return text + folded("further metrics (they never decide)", by_importance(comparison_, Role::shown));
    }

  private:
    std::string table(const std::vector<const Verdict*>& verdicts) {
        const ColumnNames names = column_names(comparison_.method);
        std::string text = fmt::format(
            "| benchmark | metric | {} | {} | change | {} | verdict | |\n"
            "|---|---|--:|--:|--:|--:|---|---|\n",
            names.base, names.head, names.interval);
        std::size_t omitted = 0;
        for (const Verdict* verdict : verdicts) {
            const std::string row = verdict_row(*verdict);
            if (row.size() > room_) {
                ++omitted;
                continue;
            }
            room_ -= row.size();
            text += row;
        }
        return omitted == 0 ? text : text + fmt::format("\nand {} more in the artifact\n", omitted);
    }

    std::string folded(std::string_view heading, const std::vector<const Verdict*>& verdicts) {
        if (verdicts.empty()) return "";
        return fmt::format("\n<details><summary>{} ({})</summary>\n\n{}\n</details>\n", heading,
                           verdicts.size(), table(verdicts));
    }

    const model::Comparison& comparison_;
    std::size_t room_;
};

// What the heads, titles and counts of all tables take at most.
constexpr std::size_t kFrames = 2048;

// In at most `room` bytes.
std::string list_of_notes(const std::vector<std::string>& notes, std::size_t room) {
    std::string text;
    for (std::size_t i = 0; i < notes.size(); ++i) {
        const std::string line = fmt::format("- {}\n", markdown_cell(notes[i]));
        if (text.size() + line.size() > room) {
            return text + fmt::format("- and {} more in the artifact\n", notes.size() - i);
        }
        text += line;
    }
    return text;
}

std::string targets(const std::vector<judge::TargetRow>& rows) {
    if (rows.empty()) return "";
    std::string text =
        "\n## Targets\n\n| benchmark | metric | against | wanted | measured | |\n|---|---|---|--:|--:|---|\n";
    for (const judge::TargetRow& row : rows) {
        text += fmt::format("| {} | {} | {} | {} {:.2f} | {:.2f} | {} |\n", markdown_cell(row.benchmark),
                            markdown_cell(row.metric.name), markdown_cell(row.vs),
                            row.metric.direction == model::Direction::lower ? "at most" : "at least",
                            row.wanted, row.measured, row.met ? "met" : "**not met**");
    }
    return text;
}

std::string ratio_row(const std::vector<std::string>& cells) {
    std::string text = "|";
    for (const std::string& cell : cells) text += fmt::format(" {} |", markdown_cell(cell));
    return text + "\n";
}

std::string ratios(const judge::RatioTable& table) {
    const RatioLines text = ratio_lines(table);
    std::string rule = "|---|";
    for (std::size_t i = 1; i < text.head.size(); ++i) rule += "--:|";
    std::string out = fmt::format("\n## Ratios of {}\n\n{}\n\n{}{}\n", markdown_cell(table.suite),
                                  markdown_cell(ratio_legend(table)), ratio_row(text.head), rule);
    for (const std::vector<std::string>& line : text.lines) out += ratio_row(line);
    return out;
}

std::string title(const model::Comparison& comparison) {
    if (comparison.method == model::Method::side_by_side) {
        return fmt::format("# {}\n\nMeasured side by side, run {}, on {}\n\n",
                           markdown_cell(matchup(comparison)), short_id(comparison.run),
                           markdown_cell(comparison.head_machine_class));
    }
    return fmt::format("# Run {} against baseline {}\n\n{} against {}, on {}\n\n", short_id(comparison.run),
                       markdown_cell(comparison.baseline), markdown_cell(comparison.head_revision),
                       markdown_cell(comparison.base_revision), markdown_cell(comparison.head_machine_class));
}

}  // namespace

std::string markdown_cell(std::string_view text) {
    std::string out;
    for (const char c : one_line(text)) {
        if (c == '<') {
            out += "&lt;";
        } else if (c == '&') {
            out += "&amp;";
        } else {
            if (std::string_view("\\|`*_[]~#@").find(c) != std::string_view::npos) out += '\\';
            out += c;
        }
    }
    return out;
}

std::string markdown(const model::Comparison& comparison) {
    return markdown(comparison, std::numeric_limits<std::size_t>::max());
}

std::string markdown(const model::Comparison& comparison, std::size_t limit) {
    std::string text = title(comparison);
    if (!comparison.refusal.empty()) {
        return text + fmt::format("**Not comparable:** {}\n", markdown_cell(comparison.refusal));
    }
    if (!comparison.void_reason.empty()) {
        text += fmt::format("**Void:** {}\n\n", markdown_cell(comparison.void_reason));
    }
    text += fmt::format("**{}**\n", counts(comparison));
    if (comparison.overall) text += fmt::format("\n{}\n", overall(comparison));
    if (!comparison.groups.empty()) text += "\n";
    for (const std::string& line : groups(comparison)) text += fmt::format("- {}\n", markdown_cell(line));
    const std::string notes = list_of_notes(comparison.notes, limit / 4);
    const std::size_t taken = text.size() + notes.size() + kFrames;
    text += Tables(comparison, limit > taken ? limit - taken : 0).text();
    return notes.empty() ? text : text + "\n" + notes;
}

std::string markdown(const RunReport& report) {
    const model::Run& run = report.record.run;
    std::string text = fmt::format(
        "# Run {}\n\n{}, {} profile, {}, on {}\n\n"
        "| benchmark | metric | median | 95 % interval | spread | processes | "
        "|\n|---|---|--:|--:|--:|--:|---|\n",
        short_id(run.id), utc(run.started_ns), to_string(run.profile), to_string(run.status),
        markdown_cell(machine_class(run.machine)));
    for (const judge::SummaryRow& row : report.summary.rows) {
        const std::string range = row.interval
                                      ? fmt::format("{} .. {}", quantity(row.interval->low, row.metric.unit),
                                                    quantity(row.interval->high, row.metric.unit))
                                      : "";
        text += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", markdown_cell(row.benchmark),
                            markdown_cell(row.metric.name),
                            row.median ? markdown_cell(quantity(*row.median, row.metric.unit)) : "",
                            markdown_cell(range), row.median ? fmt::format("{:.1f} %", 100 * row.spread) : "",
                            row.values.size(),
                            row.error.empty() ? (row.role == Role::reference ? "reference" : "")
                                              : "**failed:** " + markdown_cell(row.error));
    }
    text += targets(report.summary.targets);
    for (const judge::RatioTable& table : report.summary.ratios) text += ratios(table);
    return text;
}

}  // namespace harness::report
