#include "harness/judge/rules.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "harness/model/hash.h"
#include "harness/model/json_reader.h"

namespace harness::judge {

namespace {

using model::JsonReader;

constexpr std::array<std::string_view, 2> kTopMembers = {"default", "rules"};
constexpr std::array<std::string_view, 5> kRuleMembers = {"suite", "benchmark", "metric", "threshold",
                                                          "reason"};

void allow_only(JsonReader& reader, const nlohmann::json& object, std::span<const std::string_view> known) {
    if (!object.is_object()) return;
    for (const auto& [name, value] : object.items()) {
        if (name == "direction") {
            reader.complain("'direction' cannot be overridden: the suite says which values are better");
        } else if (std::ranges::find(known, name) == known.end()) {
            reader.complain(fmt::format("unknown member '{}' (known: {})", name, fmt::join(known, ", ")));
        }
    }
}

std::regex read_pattern(JsonReader& reader, std::string_view key) {
    const std::string pattern = reader.text(key, ".*");
    try {
        return std::regex(pattern, std::regex::ECMAScript | std::regex::optimize);
    } catch (const std::regex_error&) {
        reader.complain(fmt::format("'{}' is not a regular expression: '{}'", key, pattern));
        return std::regex();
    }
}

Rule read_rule(JsonReader& reader) {
    if (!reader.has("suite") && !reader.has("benchmark") && !reader.has("metric")) {
        reader.complain("names no 'suite', 'benchmark' or 'metric': set 'default' instead");
    }
    Rule rule;
    rule.suite = read_pattern(reader, "suite");
    rule.benchmark = read_pattern(reader, "benchmark");
    rule.metric = read_pattern(reader, "metric");
    rule.threshold = reader.take(parse_threshold(reader.text("threshold")), kDefaultThreshold);
    rule.reason = reader.text("reason");
    return rule;
}

}  // namespace

Result<double> parse_threshold(std::string_view text) {
    std::string_view digits = text;
    const bool percent = digits.ends_with('%');
    if (percent) digits.remove_suffix(1);
    double value = 0;
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool number = code == std::errc() && end == digits.data() + digits.size();
    if (percent) value /= 100;
    if (!number || !(value > 0) || value > 1) {
        return fail("threshold '{}' must be above 0 and at most 100%, as '5%' or '0.05'", text);
    }
    return value;
}

Result<Rules> parse_rules(std::string_view json, std::string_view origin) {
    const auto value = model::parse_json(json, origin);
    if (!value) return tl::unexpected(value.error());
    JsonReader reader(*value, std::string(origin));
    allow_only(reader, *value, kTopMembers);
    Rules rules;
    rules.source = value->dump();
    rules.default_threshold = reader.take(parse_threshold(reader.text("default", "5%")), kDefaultThreshold);
    std::size_t index = 0;
    reader.objects("rules", [&](JsonReader& element) {
        allow_only(element, (*value)["rules"][index++], kRuleMembers);
        rules.rules.push_back(read_rule(element));
    });
    if (reader.error()) return tl::unexpected(*reader.error());
    return rules;
}

double threshold_for(const Rules& rules, const model::Benchmark& benchmark, std::string_view metric) {
    for (auto rule = rules.rules.rbegin(); rule != rules.rules.rend(); ++rule) {
        if (std::regex_match(benchmark.suite, rule->suite) &&
            std::regex_match(benchmark.id, rule->benchmark) &&
            std::regex_match(metric.begin(), metric.end(), rule->metric)) {
            return rule->threshold;
        }
    }
    return rules.default_threshold;
}

std::string rules_hash(const Rules& rules) {
    return model::stable_hash(fmt::format("{}\n{}", rules.default_threshold, rules.source));
}

}  // namespace harness::judge
