#include "harness/formats/jmh.h"

#include <algorithm>

#include "harness/formats/names.h"
#include "harness/formats/node.h"

namespace harness::formats {

namespace {

// How a score reads in our units: times in nanoseconds an operation, throughput in operations a second.
struct Scale {
    model::Metric metric;
    double factor = 1;
};

const model::Metric kOperations{"ops_per_second", "1/s", model::Direction::higher};

// "us/op" is a time, "ops/ms" a throughput: the only units of which the format says what is better.
std::optional<Scale> scale_of(std::string_view unit) {
    const std::size_t slash = unit.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const std::string_view above = unit.substr(0, slash);
    const std::string_view below = unit.substr(slash + 1);
    if (below == "op") {
        const auto factor = nanoseconds_in(above);
        return factor ? std::optional(Scale{kTime, *factor}) : std::nullopt;
    }
    const auto factor = nanoseconds_in(below);
    if (above != "ops" || !factor) return std::nullopt;
    return Scale{kOperations, 1e9 / *factor};
}

// One benchmark's forks while they are being read.
struct Forks {
    Replicate like;
    std::vector<Replicate> all;

    Replicate& at(std::size_t fork) {
        while (all.size() <= fork) all.push_back(like);
        return all[fork];
    }
};

// A value of rawDataHistogram: [[time, count], ...]; its mean and how often it was measured.
void add_histogram(const Node& iteration, const Scale& scale, Replicate& replicate) {
    double sum = 0;
    std::int64_t total = 0;
    for (const Node& entry : iteration.elements()) {
        const std::vector<Node> pair = entry.elements();
        if (pair.size() != 2) return entry.complain("must be a value and its count");
        const std::int64_t count = pair[1].count();
        sum += pair[0].amount() * static_cast<double>(count);
        total += count;
        if (!entry.ok()) return;
    }
    if (total == 0) return iteration.complain("must not be empty");
    replicate.add(scale.metric, sum / static_cast<double>(total) * scale.factor, total);
}

// A further metric may well be zero, the primary one cannot.
void add_value(const Node& iteration, const Scale& scale, Replicate& replicate) {
    const double value = iteration.amount();
    if (value <= 0 && (scale.metric == kTime || scale.metric == kOperations)) {
        iteration.complain("must be above 0");
    }
    replicate.add(scale.metric, value * scale.factor, 0);
}

// A metric's values, fork by fork; false when the file has none but the score.
bool read_raw(const Node& metric, const Scale& scale, Forks& forks) {
    const auto histogram = metric.find("rawDataHistogram");
    const auto raw = histogram ? histogram : metric.find("rawData");
    if (!raw) return false;
    bool any = false;
    const std::vector<Node> lists = raw->elements();
    for (std::size_t fork = 0; fork < lists.size(); ++fork) {
        for (const Node& iteration : lists[fork].elements()) {
            any = true;
            if (histogram) {
                add_histogram(iteration, scale, forks.at(fork));
            } else {
                add_value(iteration, scale, forks.at(fork));
            }
            if (!raw->ok()) return any;
        }
    }
    return any;
}

// How a further metric reads: as the user says, else as its unit does.
std::optional<Scale> secondary_scale(const std::string& name, const Node& metric, const Options& options) {
    const auto declared = std::ranges::find(options.metrics, name, &model::Metric::name);
    if (declared != options.metrics.end()) return Scale{*declared, 1};
    auto scale = scale_of(metric.optional_text("scoreUnit"));
    if (scale) scale->metric.name = name;
    return scale;
}

void read_secondary(const Node& result, const Options& options, Forks& forks,
                    std::set<std::string>& unknown) {
    const auto all = result.find("secondaryMetrics");
    if (!all) return;
    for (const auto& [key, metric] : all->members()) {
        const std::string name = one_line(key);
        const auto scale = secondary_scale(name, metric, options);
        if (!scale || !metric.find("rawData")) {
            unknown.insert(name);
        } else {
            (void)read_raw(metric, *scale, forks);
        }
    }
}

// Mode and parameters are part of what is measured: "org.Fib.run:avgt:n=10".
std::string case_of(const Node& result) {
    std::string name = fmt::format("{}:{}", result.member("benchmark").text(), result.member("mode").text());
    const auto params = result.find("params");
    if (!params) return name;
    std::string separator = ":";
    for (const auto& [key, value] : params->members()) {
        name += fmt::format("{}{}={}", separator, one_line(key), value.text());
        separator = ",";
    }
    return name;
}

model::Build build_of(const Node& result) {
    model::Build build;
    build.compiler = result.optional_text("vmName");
    const std::string version = result.optional_text("vmVersion");
    if (!version.empty()) build.compiler += (build.compiler.empty() ? "" : " ") + version;
    if (const auto arguments = result.find("jvmArgs"); arguments && arguments->json().is_array()) {
        for (const Node& argument : arguments->elements()) {
            if (!argument.json().is_string()) continue;
            build.flags += (build.flags.empty() ? "" : " ") + one_line(argument.json().get<std::string>());
        }
    }
    return build;
}

struct Reading {
    std::vector<Replicate> replicates;
    std::set<std::string> unknown;
    std::size_t aggregates = 0;
};

void read_result(const Node& result, const std::string& suite, const Options& options, Reading& into) {
    Forks forks;
    forks.like.suite = suite;
    forks.like.case_id = case_of(result);
    const Node primary = result.member("primaryMetric");
    const Node unit = primary.member("scoreUnit");
    const auto scale = scale_of(unit.text());
    if (!scale) {
        unit.complain("must be a time per op or ops per time");
        return;
    }
    if (!read_raw(primary, *scale, forks)) {
        add_value(primary.member("score"), *scale, forks.at(0));
        ++into.aggregates;
    }
    read_secondary(result, options, forks, into.unknown);
    for (Replicate& replicate : forks.all) into.replicates.push_back(std::move(replicate));
}

}  // namespace

bool is_jmh(const Document& document) {
    const auto& json = *document.json();
    return json.is_array() && std::ranges::any_of(json, [](const auto& result) {
               return result.is_object() && result.contains("benchmark") && result.contains("primaryMetric");
           });
}

Result<Imported> read_jmh(const Document& document, const Options& options) {
    Complaints complaints(document);
    const Node root(complaints);
    const std::string suite = options.suite.empty() ? suite_name(document.name()) : options.suite;
    const std::vector<Node> results = root.elements();
    Reading reading;
    for (const Node& result : results) {
        read_result(result, suite, options, reading);
        if (!complaints.ok()) break;
    }
    if (!complaints.ok()) return complaints.failure();
    Draft draft;
    draft.machine = unknown_machine();
    if (!results.empty()) draft.build = build_of(results.front());
    draft.replicates = std::move(reading.replicates);
    Imported imported;
    if (reading.aggregates > 0) imported.notes.push_back(aggregates_note(reading.aggregates));
    if (!reading.unknown.empty()) imported.notes.push_back(unknown_metrics_note(reading.unknown));
    imported.runs.push_back(assemble(std::move(draft), options, document.text()));
    return imported;
}

}  // namespace harness::formats
