#include "suites/common/table.h"

#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "harness/model/contrast.h"

namespace suites::common {
namespace {

using nlohmann::json;

bool is_id(std::string_view id) {
    const auto allowed = [](char c) {
        return (c >= 'a' and c <= 'z') or (c >= 'A' and c <= 'Z') or (c >= '0' and c <= '9') or
               std::string_view("_.-/").find(c) != std::string_view::npos;
    };
    return not id.empty() and id.front() != '/' and id.back() != '/' and
           id.find("//") == std::string_view::npos and std::all_of(id.begin(), id.end(), allowed);
}

std::optional<std::string> problem_of(const Case& entry, const std::set<std::string>& ids) {
    if (not is_id(entry.id)) {
        return fmt::format("case '{}': an id is words of letters, digits, _ . and - between slashes",
                           entry.id);
    }
    if (not entry.body or entry.metrics.empty()) {
        return fmt::format("case '{}' has no body or no metric", entry.id);
    }
    for (const Target& target : entry.targets) {
        const auto named = [&](const Metric& metric) { return metric.name == target.metric; };
        if (not ids.contains(target.versus) or
            std::none_of(entry.metrics.begin(), entry.metrics.end(), named)) {
            return fmt::format("case '{}': no '{}' of '{}' to compare with", entry.id, target.metric,
                               target.versus);
        }
    }
    for (const std::string& other : entry.versus) {
        if (not ids.contains(other) or not harness::model::contrast(entry.id, other)) {
            return fmt::format("case '{}': no case '{}' that differs in one component", entry.id, other);
        }
    }
    return std::nullopt;
}

std::string_view text(Direction direction) { return direction == Direction::lower ? "lower" : "higher"; }

std::string_view text(TimeSource source) {
    switch (source) {
        case TimeSource::real:
            return "real";
        case TimeSource::manual:
            return "manual";
        default:
            return "cpu";
    }
}

// The path from the top of the source tree; empty for a file outside it.
std::string path_in_tree(const char* file) {
    const auto path = (std::filesystem::path(SUITES_BUILD_TREE) / file).lexically_normal();
    const auto inside = path.lexically_relative(SUITES_SOURCE_TREE);
    return inside.empty() or *inside.begin() == ".." ? "" : inside.generic_string();
}

json describe(const Case& entry) {
    json metrics = json::array();
    for (const Metric& metric : entry.metrics) {
        metrics.push_back(
            {{"name", metric.name}, {"unit", metric.unit}, {"direction", text(metric.direction)}});
    }
    json targets = json::array();
    for (const Target& target : entry.targets) {
        targets.push_back({{"metric", target.metric}, {"vs", target.versus}, {"ratio", target.ratio}});
    }
    json described = {{"id", entry.id},     {"version", entry.version},
                      {"metrics", metrics}, {"tags", entry.tags},
                      {"targets", targets}, {"time_source", text(entry.time_source)}};
    if (not entry.versus.empty()) {
        described["versus"] = entry.versus;
    }
    if (const std::string file = path_in_tree(entry.source.file); not file.empty()) {
        described["source"] = {{"file", file}, {"line", entry.source.line}};
    }
    return described;
}

}  // namespace

std::optional<std::string> find_problem(const Suite& suite) {
    std::set<std::string> ids;
    for (const Case& entry : suite.cases) {
        if (not ids.insert(entry.id).second) {
            return fmt::format("case '{}' is in the table twice", entry.id);
        }
    }
    for (const Case& entry : suite.cases) {
        if (auto problem = problem_of(entry, ids)) {
            return problem;
        }
    }
    return std::nullopt;
}

json describe(const Suite& suite) {
    json cases = json::array();
    for (const Case& entry : suite.cases) {
        cases.push_back(describe(entry));
    }
    return {{"suite", suite.name}, {"question", suite.question}, {"cases", cases}};
}

tl::expected<std::vector<const Case*>, std::string> select_cases(const Suite& suite,
                                                                 const std::string& filter) {
    const bool everything = filter.empty() or filter == "all";
    const bool negated = not everything and filter.front() == '-';
    std::regex expression;
    try {
        expression.assign(everything ? "." : filter.substr(negated ? 1 : 0), std::regex::extended);
    } catch (const std::regex_error& error) {
        return tl::unexpected(fmt::format("'{}' is not a regular expression: {}", filter, error.what()));
    }
    std::vector<const Case*> selected;
    for (const Case& entry : suite.cases) {
        if (std::regex_search(entry.id, expression) != negated) {
            selected.push_back(&entry);
        }
    }
    return selected;
}

}  // namespace suites::common
