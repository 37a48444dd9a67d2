#include "harness/report/format.h"

#include "harness/model/named.h"
#include "harness/report/bmf.h"
#include "harness/report/csv.h"
#include "harness/report/gbench.h"
#include "harness/report/github.h"
#include "harness/report/github_action_benchmark.h"
#include "harness/report/json.h"
#include "harness/report/junit.h"
#include "harness/report/markdown.h"
#include "harness/report/sarif.h"
#include "harness/report/terminal.h"

namespace harness::report {

namespace {

// A format without colours as an entry of the table.
template <std::string (*kWrite)(const model::Comparison&)>
std::string plain(const model::Comparison& comparison, Colour) {
    return kWrite(comparison);
}

template <std::string (*kWrite)(const RunReport&)>
std::string plain(const RunReport& report, Colour) {
    return kWrite(report);
}

constexpr Format kFormats[] = {
    {"terminal", "fixed-width table for reading", terminal, terminal},
    {"markdown", "for pull requests and files", plain<markdown>, plain<markdown>},
    {"json", "everything, for programs", plain<json>, plain<json>},
    {"junit", "JUnit XML, for test dashboards", plain<junit>, plain<junit>},
    {"csv", "one line a benchmark and metric", plain<csv>, plain<csv>},
    {"gbench", "Google Benchmark JSON of a run, for its compare.py", nullptr, plain<gbench>},
    {"github", "::error and ::warning annotations for GitHub Actions", plain<annotations>,
     plain<annotations>},
    {"github-action-benchmark", "customSmallerIsBetter JSON of a run", nullptr, plain<smaller_is_better>},
    {"github-action-benchmark-bigger", "customBiggerIsBetter JSON of a run", nullptr,
     plain<bigger_is_better>},
    {"bmf", "Bencher Metric Format of a run", nullptr, plain<bmf>},
    {"sarif", "SARIF 2.1.0 of a comparison, for code-scanning tools", plain<sarif>, nullptr},
};

Result<const Format*> find_format(std::string_view name) {
    return model::find_named<Format>(kFormats, "format", name);
}

}  // namespace

std::span<const Format> formats() { return kFormats; }

std::string format_names() { return model::list_names<Format>(kFormats); }

Result<std::string> render(std::string_view name, const model::Comparison& comparison, Colour colour) {
    const auto format = find_format(name);
    if (!format) return tl::unexpected(format.error());
    if ((*format)->comparison == nullptr) return fail("format '{}' shows runs, not comparisons", name);
    return (*format)->comparison(comparison, colour);
}

Result<std::string> render(std::string_view name, const model::RunRecord& record, Colour colour) {
    const auto format = find_format(name);
    if (!format) return tl::unexpected(format.error());
    if ((*format)->run == nullptr) return fail("format '{}' shows comparisons, not runs", name);
    return (*format)->run(RunReport{record, judge::summarise(record)}, colour);
}

}  // namespace harness::report
