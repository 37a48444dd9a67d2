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
constexpr std::array<std::string_view, 9> kRuleMembers = {
    "suite", "benchmark", "metric", "metrics", "direction", "threshold", "min_effect", "owner", "reason"};

void allow_only(JsonReader& reader, const nlohmann::json& object, std::span<const std::string_view> known) {
    if (!object.is_object()) return;
    for (const auto& [name, value] : object.items()) {
        if (std::ranges::find(known, name) == known.end()) {
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

std::optional<double> read_share(JsonReader& reader, std::string_view key) {
    if (!reader.has(key)) return std::nullopt;
    const auto share = parse_threshold(reader.text(key));
    if (share) return *share;
    reader.complain(fmt::format("'{}': {}", key, share.error().message));
    return std::nullopt;
}

void read_gated(JsonReader& reader, Rule& rule) {
    rule.metrics = reader.texts("metrics");
    if (rule.metrics.empty()) return reader.complain("'metrics' must name at least one");
    if (reader.has("metric")) reader.complain("'metric' and 'metrics' cannot both be given");
    for (const std::string& name : rule.metrics) {
        if (name.empty()) reader.complain("'metrics' must not hold an empty name");
        if (name == kTime) reader.complain("'metrics' holds 'time', which always decides");
        if (name == kSize && reader.has("benchmark")) {
            reader.complain("'metrics' holds 'size', which is a suite's: name a 'suite', no 'benchmark'");
        }
    }
}

void read_direction(JsonReader& reader, Rule& rule) {
    if (!reader.has("direction")) return;
    rule.direction = reader.take(model::parse_direction(reader.text("direction")), model::Direction::lower);
    const auto is_known = [](const std::string& name) { return name == kMemory || name == kSize; };
    if (rule.metrics.empty() || std::ranges::any_of(rule.metrics, is_known)) {
        reader.complain("'direction' cannot be set here: it is known which values are better");
    }
}

void check_meaning(JsonReader& reader, const Rule& rule) {
    const auto has_any = [&](std::initializer_list<std::string_view> keys) {
        return std::ranges::any_of(keys, [&](std::string_view key) { return reader.has(key); });
    };
    if (!has_any({"suite", "benchmark", "metric", "metrics"})) {
        reader.complain("names no 'suite', 'benchmark', 'metric' or 'metrics': set 'default' instead");
    }
    if (!has_any({"metrics", "threshold", "min_effect", "owner"})) {
        reader.complain("sets nothing: give 'threshold', 'min_effect', 'metrics' or 'owner'");
    }
    if (rule.threshold && rule.min_effect && *rule.min_effect > *rule.threshold) {
        reader.complain("'min_effect' is above 'threshold': what lies between could never be decided");
    }
    if (has_any({"metrics", "threshold", "min_effect"})) (void)reader.text("reason");
}

Rule read_rule(JsonReader& reader) {
    Rule rule;
    rule.suite = read_pattern(reader, "suite");
    rule.benchmark = read_pattern(reader, "benchmark");
    rule.metric = read_pattern(reader, "metric");
    if (reader.has("metrics")) read_gated(reader, rule);
    read_direction(reader, rule);
    rule.threshold = read_share(reader, "threshold");
    rule.min_effect = read_share(reader, "min_effect");
    if (reader.has("owner")) rule.owner = reader.text("owner");
    rule.reason = reader.text("reason", "");
    check_meaning(reader, rule);
    return rule;
}

bool is_about(const Rule& rule, const model::Benchmark& benchmark) {
    return std::regex_match(benchmark.suite, rule.suite) && std::regex_match(benchmark.id, rule.benchmark);
}

bool is_about(const Rule& rule, std::string_view metric) {
    if (!rule.metrics.empty()) return std::ranges::find(rule.metrics, metric) != rule.metrics.end();
    return std::regex_match(metric.begin(), metric.end(), rule.metric);
}

// A gated metric as the benchmark's suite, or else the rule, knows it.
Result<model::Metric> metric_of(const Rule& rule, const std::string& name,
                                const model::Benchmark& benchmark) {
    if (name == kMemory) return model::Metric{name, "B", model::Direction::lower};
    const auto described = std::ranges::find(benchmark.metrics, name, &model::Metric::name);
    if (described == benchmark.metrics.end()) {
        if (rule.direction) return model::Metric{name, "", *rule.direction};
        return fail("{}: '{}' does not describe the metric '{}': give its 'direction'", rule.where,
                    benchmark.id, name);
    }
    if (!rule.direction || *rule.direction == described->direction) return *described;
    return fail("{}: 'direction' cannot be overridden: of '{}' in '{}', {} values are better", rule.where,
                name, benchmark.id, model::to_string(described->direction));
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
    reader.objects("rules", [&](JsonReader& element) {
        const std::size_t index = rules.rules.size();
        allow_only(element, (*value)["rules"][index], kRuleMembers);
        rules.rules.push_back(read_rule(element));
        rules.rules.back().where = fmt::format("{}: rules[{}]", origin, index);
    });
    if (reader.error()) return tl::unexpected(*reader.error());
    return rules;
}

Policy policy_for(const Rules& rules, const model::Benchmark& benchmark, std::string_view metric) {
    Policy policy;
    policy.threshold = rules.default_threshold;
    for (const Rule& rule : rules.rules) {
        if (!is_about(rule, benchmark) || !is_about(rule, metric)) continue;
        policy.threshold = rule.threshold.value_or(policy.threshold);
        policy.min_effect = rule.min_effect.value_or(policy.min_effect);
        if (!rule.owner.empty()) policy.owner = rule.owner;
    }
    return policy;
}

double threshold_for(const Rules& rules, const model::Benchmark& benchmark, std::string_view metric) {
    return policy_for(rules, benchmark, metric).threshold;
}

Result<std::vector<model::Metric>> gated_metrics(const Rules& rules, const model::Benchmark& benchmark) {
    std::vector<model::Metric> gated;
    for (const Rule& rule : rules.rules) {
        if (!is_about(rule, benchmark)) continue;
        for (const std::string& name : rule.metrics) {
            if (name == kSize) continue;
            auto metric = metric_of(rule, name, benchmark);
            if (!metric) return tl::unexpected(metric.error());
            if (std::ranges::find(gated, name, &model::Metric::name) == gated.end())
                gated.push_back(std::move(*metric));
        }
    }
    return gated;
}

model::Benchmark suite_program(std::string_view suite) {
    model::Benchmark program;
    program.id = program.suite = suite;
    program.metrics = {{std::string(kSize), "B", model::Direction::lower}};
    return program;
}

bool gates_size(const Rules& rules, std::string_view suite) {
    const model::Benchmark program = suite_program(suite);
    return std::ranges::any_of(rules.rules, [&](const Rule& rule) {
        return is_about(rule, program) && std::ranges::find(rule.metrics, kSize) != rule.metrics.end();
    });
}

std::string rules_hash(const Rules& rules) {
    return model::stable_hash(fmt::format("{}\n{}", rules.default_threshold, rules.source));
}

}  // namespace harness::judge
