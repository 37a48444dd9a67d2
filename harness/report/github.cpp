#include "harness/report/github.h"

#include <array>
#include <cstddef>
#include <vector>

#include <fmt/format.h>

#include "harness/judge/exit_code.h"
#include "harness/report/markdown.h"
#include "harness/report/text.h"

namespace harness::report {

namespace {

using model::ExitCode;
using model::Role;
using model::Verdict;
using model::VerdictKind;

constexpr std::size_t kShown = 9;
constexpr std::size_t kSummaryLimit = 1'000'000;
// Of 65,536 characters, less what is put around the report.
constexpr std::size_t kCommentLimit = 60'000;
constexpr std::string_view kMarker = "<!-- vmbench gate -->";

struct Annotation {
    std::string title;
    std::string message;
    std::optional<model::SourcePlace> place = {};
};

struct Annotations {
    std::vector<Annotation> errors;
    std::vector<Annotation> warnings;
    std::vector<Annotation> notices;
};

std::string escaped(std::string_view text, std::string_view what) {
    std::string out;
    for (const char c : text) {
        if (what.find(c) == std::string_view::npos) {
            out += c;
        } else {
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return out;
}

std::string property(std::string_view text) { return escaped(text, "%\r\n:,"); }

std::string commands(std::string_view level, const std::vector<Annotation>& all) {
    std::string text;
    for (std::size_t i = 0; i < all.size() && i < kShown; ++i) {
        text += workflow_command(level, all[i].title, all[i].message, all[i].place);
    }
    if (all.size() <= kShown) return text;
    return text + workflow_command(level, "vmbench",
                                   fmt::format("and {} more: see the summary", all.size() - kShown));
}

std::string commands(const Annotations& all) {
    return commands("error", all.errors) + commands("warning", all.warnings) +
           commands("notice", all.notices);
}

std::string regression(const Verdict& verdict) {
    if (!verdict.effect) return verdict.note;
    std::string text =
        fmt::format("{} {} ({}), beyond the threshold of {:.1f} %", verdict.metric,
                    change(verdict.effect->ratio), interval(*verdict.effect), 100 * verdict.threshold);
    if (!verdict.note.empty()) text += fmt::format("; {}", verdict.note);
    return text;
}

std::optional<Annotation> annotation_of(const Verdict& verdict) {
    switch (verdict.kind) {
        case VerdictKind::regressed:
            return Annotation{"regressed: " + verdict.benchmark, regression(verdict), verdict.source};
        case VerdictKind::failed:
            return Annotation{"failed: " + verdict.benchmark, verdict.note, verdict.source};
        case VerdictKind::missing:
            // Where it was written, there may be another thing now, or nothing.
            return Annotation{"missing: " + verdict.benchmark, "it is in the baseline but not in this run"};
        case VerdictKind::not_comparable:
            return Annotation{"not comparable: " + verdict.benchmark, verdict.note, verdict.source};
        default:
            return std::nullopt;
    }
}

void add(Annotations& all, const Verdict& verdict, model::Method method) {
    const auto annotation = annotation_of(verdict);
    if (!annotation) return;
    if (judge::exit_code(verdict, method) != ExitCode::ok) {
        all.errors.push_back(*annotation);
    } else if (verdict.role == Role::deciding) {
        (verdict.accepted.empty() ? all.warnings : all.notices).push_back(*annotation);
    }
}

// As of which the cost is higher, whatever the direction.
double cost(const Verdict& verdict) {
    const double ratio = verdict.effect ? verdict.effect->ratio : 1;
    return verdict.direction == model::Direction::lower ? ratio : 1 / ratio;
}

bool is_regression(const Verdict& verdict) {
    return verdict.role == Role::deciding && verdict.kind == VerdictKind::regressed &&
           verdict.accepted.empty();
}

// The regression that costs most; where there is none, what seems to cost most. None when nothing is worse.
const Verdict* worst(const model::Comparison& comparison) {
    const Verdict* found = nullptr;
    for (const Verdict& verdict : comparison.verdicts) {
        if (verdict.role != Role::deciding || cost(verdict) <= 1) continue;
        const auto rank = [](const Verdict& one) { return std::pair(is_regression(one), cost(one)); };
        if (found == nullptr || rank(verdict) > rank(*found)) found = &verdict;
    }
    return found;
}

std::size_t regressions(const model::Comparison& comparison) {
    std::size_t number = 0;
    for (const Verdict& verdict : comparison.verdicts) number += is_regression(verdict) ? 1 : 0;
    return number;
}

// What is long all the same, by a single text without end, say.
std::string cut(std::string text, std::size_t limit) {
    if (text.size() <= limit) return text;
    text.resize(text.rfind('\n', limit) + 1);
    return text + "\n(cut here: the whole report is longer than GitHub shows)\n";
}

}  // namespace

std::string workflow_command(std::string_view level, std::string_view title, std::string_view message,
                             const std::optional<model::SourcePlace>& place) {
    const std::string where =
        place ? fmt::format("file={},line={},", property(place->file), place->line) : "";
    return fmt::format("::{} {}title={}::{}\n", level, where, property(title), escaped(message, "%\r\n"));
}

std::string annotations(const model::Comparison& comparison) {
    Annotations all;
    if (!comparison.refusal.empty()) all.errors.push_back({"not comparable", comparison.refusal});
    if (!comparison.void_reason.empty()) all.errors.push_back({"run void", comparison.void_reason});
    if (!comparison.systemic.empty()) all.errors.push_back({"systemic", comparison.systemic});
    if (comparison.cross_machine && comparison.refusal.empty()) {
        all.warnings.push_back(
            {"compared across machines",
             fmt::format("{} against {}", comparison.head_machine_class, comparison.base_machine_class)});
    }
    for (const Role role : {Role::deciding, Role::reference}) {
        for (const Verdict* verdict : by_importance(comparison, role)) add(all, *verdict, comparison.method);
    }
    return commands(all);
}

std::string annotations(const RunReport& report) {
    Annotations all;
    for (const judge::SummaryRow& row : report.summary.rows) {
        if (row.role != Role::shown && !row.error.empty())
            all.errors.push_back({"failed: " + row.benchmark, row.error});
    }
    for (const judge::TargetRow& row : report.summary.targets) {
        if (row.met) continue;
        all.warnings.push_back({"target not met: " + row.benchmark,
                                fmt::format("{} is {:.2f} times that of {}, wanted {:.2f}", row.metric.name,
                                            row.measured, row.vs, row.wanted)});
    }
    return commands(all);
}

std::string step_summary(const model::Comparison& comparison) {
    return cut(markdown(comparison, kSummaryLimit), kSummaryLimit);
}

std::string step_summary(const RunReport& report) { return cut(markdown(report), kSummaryLimit); }

std::string outputs(const model::Comparison& comparison, const GateEnd& end) {
    const Verdict* bad = worst(comparison);
    const std::pair<std::string_view, std::string> all[] = {
        {"verdict", std::string(verdict_word(end.code))},
        {"exit-code", std::to_string(static_cast<int>(end.code))},
        {"regressed-count", std::to_string(regressions(comparison))},
        {"inconclusive-count", std::to_string(count(comparison, VerdictKind::inconclusive))},
        {"worst-benchmark", bad != nullptr ? bad->benchmark : ""},
        {"worst-change", bad != nullptr ? change(bad->effect->ratio) : ""},
        {"report-path", end.report_folder},
        {"run-id", comparison.run},
    };
    std::string text;
    for (const auto& [name, value] : all) text += output_line(name, value);
    return text;
}

std::string comment(const model::Comparison& comparison, const GateEnd& end) {
    std::string text = fmt::format("{}\n{}\n**Verdict: {}** (exit code {})\n", kMarker,
                                   cut(markdown(comparison, kCommentLimit), kCommentLimit),
                                   verdict_word(end.code), static_cast<int>(end.code));
    if (!end.log.empty()) text += fmt::format("\n[Log and full report]({})\n", end.log);
    return text;
}

std::string_view verdict_word(ExitCode code) {
    // In the order of the codes.
    constexpr std::array<std::string_view, 7> kWords = {
        "ok", "regressed", "usage", "failed", "not-comparable", "void", "inconclusive"};
    return kWords.at(static_cast<std::size_t>(code));
}

std::string output_line(std::string_view name, std::string_view value) {
    if (value.find_first_of("\r\n") == std::string_view::npos) return fmt::format("{}={}\n", name, value);
    std::string delimiter = "END";
    while (value.find(delimiter) != std::string_view::npos) delimiter += "D";
    return fmt::format("{0}<<{2}\n{1}\n{2}\n", name, value, delimiter);
}

}  // namespace harness::report
