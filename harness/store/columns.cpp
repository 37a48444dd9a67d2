#include "harness/store/columns.h"

#include <nlohmann/json.hpp>

#include "harness/store/fields.h"

namespace harness::store {

using Json = nlohmann::json;

namespace {

Result<std::vector<std::string>> read_texts(const Json& list, std::string_view what) {
    std::vector<std::string> texts;
    if (!list.is_array()) return fail("'{}' is not a list", what);
    for (const Json& item : list) {
        if (!item.is_string()) return fail("'{}' holds something that is not text", what);
        texts.push_back(item.get<std::string>());
    }
    return texts;
}

}  // namespace

Json metrics_json(const std::vector<model::Metric>& metrics) {
    Json list = Json::array();
    for (const model::Metric& metric : metrics) {
        list.push_back({{"name", metric.name},
                        {"unit", metric.unit},
                        {"direction", model::to_string(metric.direction)}});
    }
    return list;
}

Json targets_json(const std::vector<model::Target>& targets) {
    Json list = Json::array();
    for (const model::Target& target : targets) {
        list.push_back({{"metric", target.metric}, {"vs", target.vs}, {"ratio", target.ratio}});
    }
    return list;
}

std::string metrics_text(const std::vector<model::Metric>& metrics) { return metrics_json(metrics).dump(); }

std::string tags_text(const std::vector<std::string>& tags) { return Json(tags).dump(); }

std::string targets_text(const std::vector<model::Target>& targets) { return targets_json(targets).dump(); }

std::string versus_text(const std::vector<std::string>& versus) { return Json(versus).dump(); }

Result<std::vector<model::Metric>> read_metrics(const Json& list) {
    std::vector<model::Metric> metrics;
    if (!list.is_array()) return fail("'metrics' is not a list");
    for (const Json& item : list) {
        Fields fields(item, "a metric");
        model::Metric metric{fields.text("name"), fields.text("unit"),
                             fields.word("direction", model::parse_direction)};
        if (!fields.ok()) return fields.failure();
        metrics.push_back(std::move(metric));
    }
    return metrics;
}

Result<std::vector<std::string>> read_tags(const Json& list) { return read_texts(list, "tags"); }

Result<std::vector<std::string>> read_versus(const Json& list) { return read_texts(list, "versus"); }

Result<std::vector<model::Target>> read_targets(const Json& list) {
    std::vector<model::Target> targets;
    if (!list.is_array()) return fail("'targets' is not a list");
    for (const Json& item : list) {
        Fields fields(item, "a target");
        model::Target target{fields.text("metric"), fields.text("vs"), fields.real("ratio")};
        if (!fields.ok()) return fields.failure();
        targets.push_back(std::move(target));
    }
    return targets;
}

Result<model::Benchmark> read_benchmark(const Row& row) {
    model::Benchmark benchmark;
    benchmark.id = row.text(0);
    benchmark.definition_version = static_cast<int>(row.integer(1));
    benchmark.suite = row.text(2);
    benchmark.case_id = row.text(3);
    const auto source = model::parse_time_source(row.text(4));
    if (!source) return tl::unexpected(source.error());
    benchmark.time_source = *source;
    auto metrics = read_metrics(Json::parse(row.text(5), nullptr, false));
    if (!metrics) return tl::unexpected(metrics.error());
    auto tags = read_tags(Json::parse(row.text(6), nullptr, false));
    if (!tags) return tl::unexpected(tags.error());
    auto targets = read_targets(Json::parse(row.text(7), nullptr, false));
    if (!targets) return tl::unexpected(targets.error());
    auto versus = read_versus(Json::parse(row.text(8), nullptr, false));
    if (!versus) return tl::unexpected(versus.error());
    benchmark.metrics = std::move(*metrics);
    benchmark.tags = std::move(*tags);
    benchmark.targets = std::move(*targets);
    benchmark.versus = std::move(*versus);
    return benchmark;
}

}  // namespace harness::store
