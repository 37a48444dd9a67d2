#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <tuple>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/cli/command.h"
#include "harness/cli/nights.h"
#include "harness/cli/session.h"
#include "harness/cli/text.h"
#include "harness/formats/formats.h"
#include "harness/stats/estimators.h"

namespace harness::cli {

namespace {

struct Options {
    std::string file;
    std::string benchmark;
    std::string format = "terminal";
    formats::Options reading;
    stats::SegmentationRules rules;
};

// Values in order of time, each with what names its place: a revision, or a date.
struct Series {
    std::string benchmark;
    std::string metric;
    std::string unit;
    std::vector<std::string> labels;
    std::vector<double> values;
    bool is_logarithm = false;  // of the values in unit
};

struct Found {
    const Series* series = nullptr;
    stats::ChangePoint at;

    double shown(double level) const { return series->is_logarithm ? std::exp(level) : level; }
    double before() const { return shown(at.before); }
    double after() const { return shown(at.after); }
    // A fraction of the level before; nothing where that is no positive number.
    std::optional<double> change() const {
        if (series->is_logarithm) return std::expm1(at.size());
        return at.before > 0 ? std::optional(at.size() / at.before) : std::nullopt;
    }
};

std::string label_of(const model::RunRecord& record) {
    for (const model::Build& build : record.builds) {
        if (!build.revision.empty()) return build.revision.substr(0, 12);
    }
    return date_text(record.run.started_ns);
}

// Ratios are what matters: the logarithms, where there are some.
void take_logarithms(Series& series) {
    series.is_logarithm =
        std::all_of(series.values.begin(), series.values.end(), [](double value) { return value > 0; });
    if (!series.is_logarithm) return;
    for (double& value : series.values) value = std::log(value);
}

// One value a run: the median of its samples.
std::vector<Series> series_of(const formats::Imported& imported) {
    using Key = std::tuple<std::string, std::string, std::string>;
    std::map<Key, Series> all;
    for (const model::RunRecord& record : imported.runs) {
        std::map<Key, std::vector<double>> samples;
        for (const model::Sample& sample : record.samples)
            samples[{sample.benchmark, sample.metric, sample.unit}].push_back(sample.value);
        for (const auto& [key, values] : samples) {
            Series& series = all[key];
            std::tie(series.benchmark, series.metric, series.unit) = key;
            series.labels.push_back(label_of(record));
            series.values.push_back(stats::median(values));
        }
    }
    std::vector<Series> list;
    for (auto& [key, series] : all) {
        take_logarithms(series);
        list.push_back(std::move(series));
    }
    return list;
}

Result<std::vector<Series>> from_file(const Options& options) {
    const auto text = read_file(options.file);
    if (!text) return tl::unexpected(text.error());
    const formats::Document document(options.file, *text);
    const auto imported = formats::read(document, options.reading);
    if (!imported) return tl::unexpected(imported.error());
    return series_of(*imported);
}

Result<std::vector<Series>> from_nights(const Options& options, const Globals& globals) {
    auto connection = open_session(globals);
    if (!connection) return tl::unexpected(connection.error());
    auto trends = load_trends(*connection, "");
    if (!trends) return tl::unexpected(trends.error());
    std::vector<Series> list;
    for (TrendSeries& trend : *trends) {
        if (!options.benchmark.empty() && trend.trend.benchmark != options.benchmark) continue;
        Series series{trend.trend.benchmark, trend.trend.metric, trend.trend.unit, {}, {}, true};
        for (const duel::TrendNight& night : trend.nights)
            series.labels.push_back(night.head_revision.substr(0, 12));
        series.values = std::move(trend.corrected.values);
        list.push_back(std::move(series));
    }
    if (list.empty() && !options.benchmark.empty())
        return fail("no night has measured '{}'", options.benchmark);
    if (list.empty()) return fail("there is no night yet: name a file, or measure with `vmbench nightly`");
    return list;
}

std::string terminal(const std::vector<Series>& series, const std::vector<Found>& found,
                     const Options& options) {
    std::vector<std::vector<std::string>> rows = {
        {"benchmark", "metric", "index", "at", "before", "after", "change"}};
    for (const Found& one : found) {
        const auto change = one.change();
        rows.push_back({one.series->benchmark, one.series->metric, std::to_string(one.at.index),
                        one.series->labels[one.at.index],
                        fmt::format("{:.4g} {}", one.before(), one.series->unit),
                        fmt::format("{:.4g} {}", one.after(), one.series->unit),
                        change ? fmt::format("{:+.1f} %", 100 * *change) : "-"});
    }
    std::size_t shorter = 0;
    for (const Series& one : series) shorter += one.values.size() < stats::kShortestSeries ? 1 : 0;
    std::string text = found.empty() ? "no change found\n" : aligned(rows);
    text += fmt::format("{} in {}; at most {:.1f} % of unchanged ones have a change found; seed {}\n",
                        counted(found.size(), "change"),
                        series.size() == 1 ? "1 series" : fmt::format("{} series", series.size()),
                        100 * options.rules.false_alarms, options.rules.seed);
    if (shorter != 0)
        text += fmt::format("not looked at, shorter than {} values: {}\n", stats::kShortestSeries, shorter);
    return text;
}

std::string json(const std::vector<Series>& series, const std::vector<Found>& found, const Options& options) {
    nlohmann::ordered_json document = {{"schema", "vmbench-changepoints 1"},
                                       {"false_alarms", options.rules.false_alarms},
                                       {"seed", options.rules.seed},
                                       {"series", nlohmann::ordered_json::array()}};
    for (const Series& one : series) {
        nlohmann::ordered_json changes = nlohmann::ordered_json::array();
        for (const Found& at : found) {
            if (at.series != &one) continue;
            const auto change = at.change();
            changes.push_back({{"index", at.at.index},
                               {"label", one.labels[at.at.index]},
                               {"before", at.before()},
                               {"after", at.after()},
                               {"change", change ? nlohmann::ordered_json(*change) : nullptr}});
        }
        document["series"].push_back({{"benchmark", one.benchmark},
                                      {"metric", one.metric},
                                      {"unit", one.unit},
                                      {"values", one.values.size()},
                                      {"looked_at", one.values.size() >= stats::kShortestSeries},
                                      {"changes", changes}});
    }
    return document.dump(2) + "\n";
}

Outcome changepoints(Options options, const Globals& globals) {
    if (!options.file.empty() && !options.benchmark.empty())
        return fail("a file and --benchmark exclude each other");
    // The rate cannot be finer than one permutation.
    const double needed = std::ceil(1 / options.rules.false_alarms) - 1;
    options.rules.permutations = std::max(options.rules.permutations, static_cast<std::size_t>(needed));
    const auto series = options.file.empty() ? from_nights(options, globals) : from_file(options);
    if (!series) return tl::unexpected(series.error());
    std::vector<Found> found;
    for (const Series& one : *series) {
        for (const stats::ChangePoint& at : stats::change_points(one.values, options.rules).changes)
            found.push_back({&one, at});
    }
    fmt::print("{}",
               options.format == "json" ? json(*series, found, options) : terminal(*series, found, options));
    return model::ExitCode::ok;
}

}  // namespace

Action declare_changepoints(CLI::App& app, const Globals& globals) {
    const auto options = std::make_shared<Options>();
    app.add_option("FILE", options->file,
                   "A series: CSV, or any file `vmbench import` reads (default: the stored nights)");
    app.add_option("--benchmark", options->benchmark, "Only the nights of this benchmark")->type_name("ID");
    app.add_option("--suite", options->reading.suite, "Call the file's suite so")->type_name("NAME");
    app.add_option("--false-alarms", options->rules.false_alarms,
                   "Share of unchanged series in which a change is found")
        ->check(CLI::Range(0.0001, 0.5))
        ->type_name("P")
        ->capture_default_str();
    app.add_option("--seed", options->rules.seed, "Of the permutations")
        ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1} << 62))
        ->type_name("N")
        ->capture_default_str();
    app.add_option("--format", options->format, "terminal or json")
        ->check(CLI::IsMember({"terminal", "json"}))
        ->type_name("F")
        ->capture_default_str();
    app.footer("Prints where the level of a series changes; nothing is stored. Index counts from 0.\n");
    return [options, &globals] { return changepoints(*options, globals); };
}

}  // namespace harness::cli
