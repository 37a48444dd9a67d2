#include "harness/formats/formats.h"

#include <fmt/format.h>

#include "harness/formats/criterion.h"
#include "harness/formats/gbench.h"
#include "harness/formats/gobench.h"
#include "harness/formats/hyperfine.h"
#include "harness/formats/jmh.h"
#include "harness/formats/pytest_benchmark.h"
#include "harness/formats/series.h"
#include "harness/model/named.h"

namespace harness::formats {

namespace {

constexpr Format kFormats[] = {
    {"gbench", "Google Benchmark, --benchmark_format=json", true, is_gbench, read_gbench},
    {"hyperfine", "hyperfine --export-json, schemas 1 and 2", true, is_hyperfine, read_hyperfine},
    {"criterion", "Criterion (Rust): sample.json and estimates.json", true, is_criterion, read_criterion},
    {"gobench", "go test -bench, with unit metadata", false, is_gobench, read_gobench},
    {"pytest-benchmark", "pytest --benchmark-json", true, is_pytest_benchmark, read_pytest_benchmark},
    {"jmh", "JMH -rf json", true, is_jmh, read_jmh},
    {"csv", "a series: one value a line, columns as documented", false, is_series, read_series},
};

std::string names_of(const std::vector<const Format*>& formats) {
    std::vector<std::string_view> names;
    for (const Format* format : formats) names.push_back(format->name);
    return fmt::format("{}", fmt::join(names, " or "));
}

Result<const Format*> find_format(std::string_view name) {
    return model::find_named<Format>(kFormats, "format", name);
}

}  // namespace

std::span<const Format> formats() { return kFormats; }

std::string format_names() { return model::list_names<Format>(kFormats); }

Result<const Format*> choose_format(const Document& document, std::string_view forced) {
    if (!forced.empty()) return find_format(forced);
    if (document.claims_json() && document.json() == nullptr) return tl::unexpected(document.json_error());
    std::vector<const Format*> found;
    for (const Format& format : kFormats) {
        if (format.is_json == document.claims_json() && format.detect(document)) found.push_back(&format);
    }
    if (found.size() == 1) return found.front();
    if (found.empty()) {
        return fail("{}: its format is none of {}: force one with --format", document.name(), format_names());
    }
    return fail("{}: it may be {}: say which with --format", document.name(), names_of(found));
}

Result<Imported> read(const Document& document, const Options& options, std::string_view forced) {
    const auto format = choose_format(document, forced);
    if (!format) return tl::unexpected(format.error());
    if ((*format)->is_json && document.json() == nullptr) {
        if (document.claims_json()) return tl::unexpected(document.json_error());
        return tl::unexpected(document.error_at(1, fmt::format("not JSON, as {} is", (*format)->name)));
    }
    auto imported = (*format)->read(document, options);
    if (!imported) return imported;
    for (const model::RunRecord& record : imported->runs) {
        if (record.processes.empty()) return fail("{}: it holds no results", document.name());
    }
    if (imported->runs.empty()) return fail("{}: it holds no results", document.name());
    return imported;
}

}  // namespace harness::formats
