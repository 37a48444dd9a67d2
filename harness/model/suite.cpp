#include "harness/model/suite.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>

#include "harness/model/contrast.h"
#include "harness/model/json_reader.h"
#include "harness/model/names.h"

namespace harness::model {

namespace {

constexpr Name<Direction> kDirections[] = {{Direction::lower, "lower"}, {Direction::higher, "higher"}};

constexpr Name<TimeSource> kTimeSources[] = {
    {TimeSource::cpu, "cpu"}, {TimeSource::real, "real"}, {TimeSource::manual, "manual"}};

constexpr std::string_view kNameCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

// Suite names and programs become file names, and ids are split at their first slash.
std::string plain_name(JsonReader& reader, std::string_view key) {
    std::string name = reader.text(key);
    if (name.find_first_not_of(kNameCharacters) != std::string::npos || name.starts_with('.')) {
        reader.complain(
            fmt::format("'{}' must be made of letters, digits, '_', '-' and '.': '{}'", key, name));
    }
    return name;
}

Metric read_metric(JsonReader& reader) {
    Metric metric;
    metric.name = reader.text("name");
    metric.unit = reader.text("unit");
    metric.direction = reader.take(parse_direction(reader.text("direction")), Direction::lower);
    return metric;
}

Target read_target(JsonReader& reader, const std::vector<Metric>& metrics) {
    Target target;
    target.metric = reader.text("metric");
    target.vs = reader.text("vs");
    target.ratio = reader.number("ratio");
    if (!std::isfinite(target.ratio) || target.ratio <= 0) reader.complain("'ratio' must be above 0");
    if (std::ranges::find(metrics, target.metric, &Metric::name) == metrics.end()) {
        reader.complain(fmt::format("the case has no metric '{}'", target.metric));
    }
    return target;
}

Case read_case(JsonReader& reader) {
    Case result;
    result.id = reader.text("id");
    result.version = static_cast<int>(reader.integer("version", 1, std::numeric_limits<int>::max(), 1));
    reader.objects("metrics", [&](JsonReader& element) {
        Metric metric = read_metric(element);
        if (std::ranges::find(result.metrics, metric.name, &Metric::name) != result.metrics.end()) {
            element.complain(fmt::format("metric '{}' is listed twice", metric.name));
        }
        result.metrics.push_back(std::move(metric));
    });
    if (result.metrics.empty()) reader.complain("a case needs at least one metric");
    result.tags = reader.texts("tags");
    reader.objects("targets", [&](JsonReader& element) {
        result.targets.push_back(read_target(element, result.metrics));
    });
    result.time_source = reader.take(parse_time_source(reader.text("time_source", "cpu")), TimeSource::cpu);
    result.versus = reader.texts("versus");
    for (const std::string& other : result.versus) {
        if (!contrast(result.id, other)) {
            reader.complain(
                fmt::format("'versus' names ids that differ from the case's in one component: '{}'", other));
        }
        if (std::ranges::count(result.versus, other) > 1) {
            reader.complain(fmt::format("'versus' lists '{}' twice", other));
        }
    }
    reader.object("source", [&](JsonReader& element) { result.source = read_source(element); });
    return result;
}

}  // namespace

// Annotations point there: another machine's absolute path would point nowhere.
SourcePlace read_source(JsonReader& reader) {
    SourcePlace place;
    place.file = reader.text("file");
    if (place.file.starts_with('/')) reader.complain("'file' must be a path from the repository's top");
    place.line = static_cast<int>(reader.integer("line", 1, std::numeric_limits<int>::max(), 1));
    return place;
}

std::string_view to_string(Direction direction) { return name_of<Direction>(kDirections, direction); }

std::string_view to_string(TimeSource source) { return name_of<TimeSource>(kTimeSources, source); }

Result<Direction> parse_direction(std::string_view text) {
    return value_of<Direction>(kDirections, "direction", text);
}

Result<TimeSource> parse_time_source(std::string_view text) {
    return value_of<TimeSource>(kTimeSources, "time_source", text);
}

std::string benchmark_id(std::string_view suite, std::string_view case_id) {
    return fmt::format("{}/{}", suite, case_id);
}

Result<Manifest> parse_manifest(std::string_view json, std::string_view origin) {
    const auto value = parse_json(json, origin);
    if (!value) return tl::unexpected(value.error());
    JsonReader reader(*value, std::string(origin));
    Manifest manifest;
    manifest.name = plain_name(reader, "name");
    manifest.program = plain_name(reader, "program");
    manifest.title = reader.text("title");
    manifest.description = reader.text("description", "");
    manifest.paths = reader.texts("paths");
    for (const std::string& glob : manifest.paths) {
        if (glob.empty() || glob.starts_with('/')) {
            reader.complain(fmt::format("'paths' are globs of paths from the repository's top: '{}'", glob));
        }
    }
    manifest.files = reader.texts("files");
    if (reader.error()) return tl::unexpected(*reader.error());
    return manifest;
}

Result<Suite> parse_description(std::string_view json, const Manifest& manifest, std::string_view origin) {
    const auto value = parse_json(json, origin);
    if (!value) return tl::unexpected(value.error());
    JsonReader reader(*value, std::string(origin));
    Suite suite;
    suite.manifest = manifest;
    const std::string name = plain_name(reader, "suite");
    if (name != manifest.name) {
        reader.complain(fmt::format("describes suite '{}', the manifest says '{}'", name, manifest.name));
    }
    suite.question = reader.text("question");
    std::set<std::string> ids;
    reader.objects("cases", [&](JsonReader& element) {
        suite.cases.push_back(read_case(element));
        const std::string& id = suite.cases.back().id;
        if (!ids.insert(id).second) element.complain(fmt::format("case '{}' is listed twice", id));
    });
    if (suite.cases.empty()) reader.complain("a suite needs at least one case");
    if (reader.error()) return tl::unexpected(*reader.error());
    return suite;
}

}  // namespace harness::model
