#include "harness/report/selftest.h"

#include <algorithm>
#include <cmath>

#include <fmt/ranges.h>

#include "harness/report/json_text.h"
#include "harness/report/text.h"

namespace harness::report {

namespace {

using judge::PowerFigures;
using judge::Rate;
using judge::RowFigures;
using judge::SelfTestFigures;
using judge::Standing;

std::string percent(double share, int digits = 2) { return fmt::format("{:.{}f} %", 100 * share, digits); }

// A spread or centre, which are logarithms.
std::string log_percent(double logarithm) { return percent(std::expm1(logarithm), 1); }

std::string_view word_of(Standing standing) {
    switch (standing) {
        case Standing::holds:
            return "holds";
        case Standing::alarms:
            return "alarms without cause";
        case Standing::blind:
            return "sees too little";
        case Standing::too_few:
            return "too few pairs to say";
    }
    return "?";
}

std::string verdict_line(const judge::Conclusion& conclusion) {
    return fmt::format("self-test: {}{}{}", word_of(conclusion.standing),
                       conclusion.reasons.empty() ? "" : ": ", fmt::join(conclusion.reasons, "; "));
}

// One figure: what it is, its value, its bound and its floor.
struct Line {
    std::string what;
    std::string value;
    std::string bound;
    std::string floor;
};

Line alarm_line(const char* what, const judge::GateTally& tally, const judge::Floors& floors) {
    return {fmt::format("{} of {} gates {} alarm", tally.alarms.hits, tally.alarms.of, what),
            percent(tally.alarms.share()), "at most " + percent(tally.alarms.high),
            "at most " + percent(floors.alarms)};
}

Line power_line(const PowerFigures& power, const judge::Floors& floors) {
    const auto floor = judge::power_floor(floors, power.slowdown);
    const std::string size = fmt::format("{:g} % slower", 100 * (power.slowdown - 1));
    if (power.found.of == 0) return {size + ": too few injected pairs", "", "", ""};
    return {fmt::format("{} in one of {} quiet benchmarks: found in {} of {} gates", size, power.benchmarks,
                        power.found.hits, power.found.of),
            percent(power.found.share()), "at least " + percent(power.found.low),
            floor ? "at least " + percent(*floor, 0) : ""};
}

std::vector<Line> lines_of(const SelfTestReport& report) {
    const SelfTestFigures& figures = report.figures;
    std::vector<Line> lines{alarm_line("with swapped labels", figures.swapped, report.floors),
                            alarm_line("as measured", figures.as_measured, report.floors)};
    const double quiet = figures.deciding == 0
                             ? 0
                             : static_cast<double>(figures.quiet) / static_cast<double>(figures.deciding);
    lines.push_back({fmt::format("{} of {} benchmarks are quiet (pairs differ by at most {})", figures.quiet,
                                 figures.deciding, percent(report.quiet_spread, 1)),
                     percent(quiet, 0), "", "at least " + percent(report.floors.quiet, 0)});
    for (const PowerFigures& power : figures.power) lines.push_back(power_line(power, report.floors));
    if (report.live.gates > 0) {
        lines.push_back({fmt::format("{} of {} real gates alarm, {} are void", report.live.alarms,
                                     report.live.gates, report.live.voids),
                         "", "", "none, at most 1 void"});
    }
    return lines;
}

std::string head_line(const SelfTestReport& report) {
    return fmt::format(
        "{} pairs of equal sides, {} benchmarks that decide with {} or more each, on {}, seed {}",
        report.figures.pairs, report.figures.deciding, report.figures.fewest, report.machine_class,
        report.seed);
}

// Why a row is worth a line; empty for quiet ones.
std::string remark(const RowFigures& row) {
    std::string text = row.deciding ? "" : "reference";
    const auto add = [&](std::string_view more) {
        text += text.empty() ? "" : ", ";
        text += more;
    };
    if (row.left_out) add("too few pairs");
    if (row.biased) add("its equal sides differ");
    if (!row.left_out && !row.quiet) add("loud");
    return text == "reference" ? "" : text;
}

std::vector<const RowFigures*> remarkable(const SelfTestFigures& figures) {
    std::vector<const RowFigures*> rows;
    for (const RowFigures& row : figures.rows) {
        if (!remark(row).empty()) rows.push_back(&row);
    }
    return rows;
}

// Which benchmarks alarmed or were missed, worst first as far as it is known.
std::vector<std::string> culprits(const SelfTestFigures& figures) {
    std::vector<std::string> all;
    const auto alarms = [&](const judge::GateTally& tally, const char* what) {
        for (const auto& [benchmark, gates] : tally.rows)
            all.push_back(fmt::format("{} alarmed in {} gates {}", benchmark, gates, what));
        if (tally.systemic > 0)
            all.push_back(fmt::format("all together alarmed in {} gates {}", tally.systemic, what));
    };
    alarms(figures.swapped, "with swapped labels");
    alarms(figures.as_measured, "as measured");
    for (const PowerFigures& power : figures.power) {
        for (const auto& [benchmark, found] : power.rows) {
            if (found.hits == found.of) continue;
            all.push_back(fmt::format("{} slowed by {:g} % was missed in {} of {} gates", benchmark,
                                      100 * (power.slowdown - 1), found.of - found.hits, found.of));
        }
    }
    return all;
}

std::string terminal(const SelfTestReport& report) {
    std::string text = head_line(report) + "\n\n";
    std::size_t width = 0;
    const auto lines = lines_of(report);
    for (const Line& line : lines) width = std::max(width, line.what.size());
    for (const Line& line : lines) {
        std::string row = fmt::format("  {:<{}}  {:>8}  {:<16}", line.what, width, line.value, line.bound);
        if (!line.floor.empty()) row += fmt::format("  [{}]", line.floor);
        row.erase(row.find_last_not_of(' ') + 1);
        text += row + "\n";
    }
    text += "  (value, 95 % bound, [floor])\n";
    const auto rows = remarkable(report.figures);
    std::size_t name = 0;
    for (const RowFigures* row : rows) name = std::max(name, row->benchmark.size());
    if (!rows.empty()) text += "\nnot quiet: benchmark, how much its pairs differ, pairs\n";
    for (const RowFigures* row : rows) {
        text += fmt::format("  {:<{}}  {:>7}  {:>4}  {}\n", row->benchmark, name, log_percent(row->spread),
                            row->pairs, remark(*row));
    }
    const auto details = culprits(report.figures);
    if (!details.empty()) text += "\n";
    for (const std::string& line : details) text += "  " + line + "\n";
    for (const std::string& line : report.live.details) text += "  live: " + one_line(line) + "\n";
    for (const std::string& note : report.notes) text += "note: " + one_line(note) + "\n";
    return text + "\n" + verdict_line(report.conclusion) + "\n";
}

std::string markdown(const SelfTestReport& report) {
    std::string text = fmt::format(
        "# Self-test\n\n**{}**\n\n{}.\n\n| figure | value | 95 % bound | floor |\n|---|--:|---|---|\n",
        verdict_line(report.conclusion), head_line(report));
    for (const Line& line : lines_of(report))
        text += fmt::format("| {} | {} | {} | {} |\n", line.what, line.value, line.bound, line.floor);
    const auto rows = remarkable(report.figures);
    if (!rows.empty())
        text += "\n## Not quiet\n\n| benchmark | pairs differ by | pairs | |\n|---|--:|--:|---|\n";
    for (const RowFigures* row : rows) {
        text += fmt::format("| `{}` | {} | {} | {} |\n", row->benchmark, log_percent(row->spread), row->pairs,
                            remark(*row));
    }
    auto details = culprits(report.figures);
    for (const std::string& line : report.live.details) details.push_back("live: " + one_line(line));
    for (const std::string& note : report.notes) details.push_back(one_line(note));
    if (!details.empty()) text += "\n";
    for (const std::string& line : details) text += fmt::format("- {}\n", line);
    return text;
}

Json rate_json(const Rate& rate) {
    return {{"hits", rate.hits}, {"of", rate.of}, {"low", rate.low}, {"high", rate.high}};
}

Json tally_json(const judge::GateTally& tally) {
    Json json{
        {"alarms", rate_json(tally.alarms)}, {"systemic", tally.systemic}, {"benchmarks", Json::object()}};
    for (const auto& [benchmark, gates] : tally.rows) json["benchmarks"][benchmark] = gates;
    return json;
}

Json power_json(const PowerFigures& power) {
    Json json{
        {"slowdown", power.slowdown}, {"found", rate_json(power.found)}, {"benchmarks", Json::object()}};
    for (const auto& [benchmark, found] : power.rows) json["benchmarks"][benchmark] = rate_json(found);
    return json;
}

Json rows_json(const SelfTestFigures& figures) {
    Json rows = Json::array();
    for (const RowFigures& row : figures.rows) {
        rows.push_back({{"benchmark", row.benchmark},
                        {"deciding", row.deciding},
                        {"pairs", row.pairs},
                        {"spread", row.spread},
                        {"centre", row.centre},
                        {"quiet", row.quiet},
                        {"biased", row.biased},
                        {"left_out", row.left_out}});
    }
    return rows;
}

std::string json(const SelfTestReport& report) {
    const SelfTestFigures& figures = report.figures;
    Json power = Json::array();
    for (const PowerFigures& one : figures.power) power.push_back(power_json(one));
    return dump({{"schema", "vmbench.selftest/1"},
                 {"standing", word_of(report.conclusion.standing)},
                 {"reasons", report.conclusion.reasons},
                 {"machine_class", report.machine_class},
                 {"seed", report.seed},
                 {"runs", report.runs},
                 {"pairs", figures.pairs},
                 {"fewest_pairs", figures.fewest},
                 {"deciding", figures.deciding},
                 {"quiet", figures.quiet},
                 {"quiet_spread", report.quiet_spread},
                 {"swapped", tally_json(figures.swapped)},
                 {"as_measured", tally_json(figures.as_measured)},
                 {"power", power},
                 {"live",
                  {{"gates", report.live.gates},
                   {"alarms", report.live.alarms},
                   {"void", report.live.voids},
                   {"details", report.live.details}}},
                 {"rows", rows_json(figures)},
                 {"notes", report.notes}});
}

}  // namespace

std::string self_test_formats() { return "terminal, markdown or json"; }

Result<std::string> self_test(const SelfTestReport& report, const std::string& format) {
    if (format == "terminal") return terminal(report);
    if (format == "markdown") return markdown(report);
    if (format == "json") return json(report);
    return fail("unknown format '{}': {}", format, self_test_formats());
}

}  // namespace harness::report
