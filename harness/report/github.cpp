#include "harness/report/github.h"

#include <vector>

#include <fmt/format.h>

#include "harness/report/markdown.h"
#include "harness/report/text.h"

namespace harness::report {

namespace {

using model::Role;
using model::Verdict;
using model::VerdictKind;

constexpr std::size_t kShown = 10;
constexpr std::size_t kSummaryLimit = 1'000'000;

struct Annotation {
    std::string title;
    std::string message;
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

std::string commands(std::string_view level, const std::vector<Annotation>& all) {
    std::string text;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (i + 1 == kShown && all.size() > kShown) {
            return text + workflow_command(level, "vmbench",
                                           fmt::format("and {} more: see the summary", all.size() - i));
        }
        text += workflow_command(level, all[i].title, all[i].message);
    }
    return text;
}

std::string regression(const Verdict& verdict) {
    if (!verdict.effect) return verdict.note;
    return fmt::format("{} {} ({}), beyond the threshold of {:.1f} %", verdict.metric,
                       change(verdict.effect->ratio), interval(*verdict.effect), 100 * verdict.threshold);
}

std::string cut(std::string text) {
    if (text.size() <= kSummaryLimit) return text;
    text.resize(text.rfind('\n', kSummaryLimit) + 1);
    return text + "\n(cut here: the whole report is longer than GitHub shows)\n";
}

}  // namespace

std::string workflow_command(std::string_view level, std::string_view title, std::string_view message) {
    return fmt::format("::{} title={}::{}\n", level, escaped(title, "%\r\n:,"), escaped(message, "%\r\n"));
}

std::string annotations(const model::Comparison& comparison) {
    std::vector<Annotation> errors;
    std::vector<Annotation> warnings;
    if (!comparison.refusal.empty()) errors.push_back({"not comparable", comparison.refusal});
    if (!comparison.void_reason.empty()) errors.push_back({"run void", comparison.void_reason});
    if (comparison.cross_machine && comparison.refusal.empty()) {
        warnings.push_back(
            {"compared across machines",
             fmt::format("{} against {}", comparison.head_machine_class, comparison.base_machine_class)});
    }
    for (const Verdict* verdict : by_importance(comparison, Role::deciding)) {
        if (verdict->kind == VerdictKind::regressed) {
            errors.push_back({"regressed: " + verdict->benchmark, regression(*verdict)});
        } else if (verdict->kind == VerdictKind::failed) {
            errors.push_back({"failed: " + verdict->benchmark, verdict->note});
        } else if (verdict->kind == VerdictKind::missing) {
            warnings.push_back(
                {"missing: " + verdict->benchmark, "it is in the baseline but not in this run"});
        } else if (verdict->kind == VerdictKind::not_comparable) {
            warnings.push_back({"not comparable: " + verdict->benchmark, verdict->note});
        }
    }
    for (const Verdict* verdict : by_importance(comparison, Role::reference)) {
        if (verdict->kind == VerdictKind::failed)
            errors.push_back({"failed: " + verdict->benchmark, verdict->note});
    }
    return commands("error", errors) + commands("warning", warnings);
}

std::string annotations(const RunReport& report) {
    std::vector<Annotation> errors;
    for (const judge::SummaryRow& row : report.summary.rows) {
        if (row.role != Role::shown && !row.error.empty())
            errors.push_back({"failed: " + row.benchmark, row.error});
    }
    std::vector<Annotation> warnings;
    for (const judge::TargetRow& row : report.summary.targets) {
        if (row.met) continue;
        warnings.push_back({"target not met: " + row.benchmark,
                            fmt::format("{} is {:.2f} times that of {}, wanted {:.2f}", row.metric.name,
                                        row.measured, row.vs, row.wanted)});
    }
    return commands("error", errors) + commands("warning", warnings);
}

std::string step_summary(const model::Comparison& comparison) { return cut(markdown(comparison)); }

std::string step_summary(const RunReport& report) { return cut(markdown(report)); }

}  // namespace harness::report
