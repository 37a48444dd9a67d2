#include "harness/report/profile.h"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "harness/report/json_text.h"
#include "harness/report/markdown.h"
#include "harness/report/text.h"

namespace harness::report {

namespace {

using judge::FunctionChange;

// Commas between thousands of a number with one decimal.
std::string grouped(std::string text) {
    const std::size_t first = text.find_first_of("0123456789");
    for (std::size_t at = text.rfind('.'); at > first + 3;) {
        at -= 3;
        text.insert(at, ",");
    }
    return text;
}

// "12,345.6" and "+345.6": enough digits to see a change of one instruction in ten iterations.
std::string counted(double instructions) { return grouped(fmt::format("{:.1f}", instructions)); }
std::string moved(double instructions) { return grouped(fmt::format("{:+.1f}", instructions)); }

std::string percent(double share) { return fmt::format("{:+.2f} %", 100 * share); }

double share_of(double change, const ProfileReport& report) {
    return report.change.base > 0 ? change / report.change.base : 0;
}

std::span<const FunctionChange> shown(const ProfileReport& report) {
    const std::span all(report.change.functions);
    return all.first(std::min(all.size(), report.limit));
}

using Row = std::array<std::string, 5>;

constexpr std::array kHeads = {"base", "head", "change", "of all", "function"};

// What is moved by functions that are not shown, and by those that hardly moved.
double unlisted(const ProfileReport& report) {
    double change = report.change.rest;
    for (const FunctionChange& one : std::span(report.change.functions).subspan(shown(report).size())) {
        change += one.head - one.base;
    }
    return change;
}

std::vector<Row> rows(const ProfileReport& report) {
    std::vector<Row> all;
    for (const FunctionChange& one : shown(report)) {
        all.push_back({counted(one.base), counted(one.head), moved(one.head - one.base), percent(one.share),
                       one_line(one.function)});
    }
    const double rest = unlisted(report);
    all.push_back({"", "", moved(rest), percent(share_of(rest, report)), "all others"});
    const double change = report.change.head - report.change.base;
    all.push_back({counted(report.change.base), counted(report.change.head), moved(change),
                   percent(share_of(change, report)), "together"});
    return all;
}

std::string title(const ProfileReport& report) {
    return fmt::format("Instructions an iteration of {}, {} against {}", one_line(report.benchmark),
                       one_line(report.base), one_line(report.head));
}

constexpr std::string_view kNothing = "no function's own instructions moved";

std::string counted_functions(const ProfileReport& report) {
    const std::size_t all = report.change.functions.size();
    if (all == 0) return std::string(kNothing);
    if (all == shown(report).size())
        return fmt::format("{} {} moved", all, all == 1 ? "function" : "functions");
    return fmt::format("{} functions moved, the {} that moved most are shown", all, shown(report).size());
}

std::string terminal(const ProfileReport& report) {
    std::vector<Row> table = {Row{kHeads[0], kHeads[1], kHeads[2], kHeads[3], kHeads[4]}};
    for (Row& row : rows(report)) table.push_back(std::move(row));
    std::array<std::size_t, 4> widths{};
    for (const Row& row : table) {
        for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    std::string text = fmt::format("{}: {}\n\n", title(report), counted_functions(report));
    for (const Row& row : table) {
        for (std::size_t i = 0; i < widths.size(); ++i) text += fmt::format("{:>{}}  ", row[i], widths[i]);
        text += row.back() + "\n";
    }
    return text;
}

std::string markdown(const ProfileReport& report) {
    std::string text =
        fmt::format("### {}\n\n{}\n\n", markdown_cell(title(report)), counted_functions(report));
    text += fmt::format("| {} |\n| ---: | ---: | ---: | ---: | :--- |\n", fmt::join(kHeads, " | "));
    for (const Row& row : rows(report)) {
        text += "|";
        for (const std::string& cell : row) text += fmt::format(" {} |", markdown_cell(cell));
        text += "\n";
    }
    return text;
}

std::string json(const ProfileReport& report) {
    Json functions = Json::array();
    for (const FunctionChange& one : report.change.functions) {
        functions.push_back({{"function", one.function},
                             {"base", one.base},
                             {"head", one.head},
                             {"change", one.head - one.base},
                             {"share", one.share}});
    }
    return dump({{"schema", "vmbench.profile/1"},
                 {"benchmark", report.benchmark},
                 {"base", report.base},
                 {"head", report.head},
                 {"unit", "instructions an iteration"},
                 {"total", {{"base", report.change.base}, {"head", report.change.head}}},
                 {"rest_change", report.change.rest},
                 {"functions", functions}});
}

struct ProfileFormat {
    std::string_view name;
    std::string (*render)(const ProfileReport&);
};

constexpr ProfileFormat kFormats[] = {{"terminal", terminal}, {"markdown", markdown}, {"json", json}};

}  // namespace

std::string profile_format_names() {
    std::vector<std::string_view> names;
    for (const ProfileFormat& format : kFormats) names.push_back(format.name);
    return fmt::format("{}", fmt::join(names, ", "));
}

Result<void> check_profile_format(std::string_view format) {
    if (std::ranges::find(kFormats, format, &ProfileFormat::name) != std::end(kFormats)) return {};
    return fail("no format '{}' here (there are: {})", format, profile_format_names());
}

Result<std::string> render(std::string_view format, const ProfileReport& report) {
    if (auto known = check_profile_format(format); !known) return tl::unexpected(known.error());
    return std::ranges::find(kFormats, format, &ProfileFormat::name)->render(report);
}

}  // namespace harness::report
