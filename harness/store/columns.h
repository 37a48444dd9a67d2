#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "harness/model/run.h"
#include "harness/store/connection.h"

namespace harness::store {

// Lists that a column or an exported file holds as JSON text, and back.
nlohmann::json metrics_json(const std::vector<model::Metric>& metrics);
nlohmann::json targets_json(const std::vector<model::Target>& targets);
std::string metrics_text(const std::vector<model::Metric>& metrics);
std::string tags_text(const std::vector<std::string>& tags);
std::string targets_text(const std::vector<model::Target>& targets);
std::string versus_text(const std::vector<std::string>& versus);

Result<std::vector<model::Metric>> read_metrics(const nlohmann::json& list);
Result<std::vector<std::string>> read_tags(const nlohmann::json& list);
Result<std::vector<model::Target>> read_targets(const nlohmann::json& list);
Result<std::vector<std::string>> read_versus(const nlohmann::json& list);

// Columns id, definition_version, suite, case_id, time_source, metrics, tags, targets, versus.
Result<model::Benchmark> read_benchmark(const Row& row);

}  // namespace harness::store
