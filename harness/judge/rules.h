#pragma once

#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/result.h"
#include "harness/model/run.h"

namespace harness::judge {

inline constexpr double kDefaultThreshold = 0.05;

// Metrics that every benchmark has, whatever its suite describes; for all of them less is better. Memory is
// the largest resident set of the measuring process; size is the machine code in a suite's program, one
// number a suite.
inline constexpr std::string_view kTime = "time";
inline constexpr std::string_view kMemory = "rss";
inline constexpr std::string_view kSize = "size";

// One rule of the file. The expressions match whole names; a missing one matches every name. What a rule does
// not set is left to the rules before it.
struct Rule {
    std::regex suite;
    std::regex benchmark;                       // of the id SUITE/CASE
    std::regex metric;                          // matches nothing else where `metrics` names some
    std::vector<std::string> metrics;           // decide besides the time
    std::optional<model::Direction> direction;  // of `metrics`, where no suite describes it
    std::optional<double> threshold;
    std::optional<double> min_effect;
    std::string owner;  // empty: not said
    std::string reason;
    std::string where;  // "FILE: rules[3]", for messages
};

// What changes matter, for every benchmark and metric, and who is asked about them.
struct Rules {
    double default_threshold = kDefaultThreshold;
    std::vector<Rule> rules;  // the last one that matches and sets something counts
    std::string source;       // the text they were read from
};

// Reads {"default": "5%", "rules": [{"suite": "cpu", "benchmark": "cpu/fp/.*", "metric": "time", "threshold":
// "10%", "min_effect": "3%", "owner": "@who", "reason": "..."}, {"suite": "cpu", "metrics": ["rss"],
// "threshold": "10%", "reason": "..."}]}.
//
// Each rule names a suite, a benchmark or a metric and sets something; whatever changes verdicts needs a
// reason. A rule with "metrics" lets these metrics decide and is about them alone. "direction" ("lower" or
// "higher" values are the better ones) is for metrics that no suite describes, as nobody may turn a suite's
// own direction round. Unknown members are errors, because a misspelt one would silently loosen the gate.
// Errors name the origin, the rule by its number from 0, and the member.
Result<Rules> parse_rules(std::string_view json, std::string_view origin);

// "5%" or "0.05": a fraction above 0, at most 1.
Result<double> parse_threshold(std::string_view text);

// All that the rules say of one metric of one benchmark.
struct Policy {
    double threshold = kDefaultThreshold;  // the smallest change that matters, as a fraction of the baseline
    double min_effect = 0;                 // no smaller change is called a regression; 0: none of its own
    std::string owner;                     // empty: nobody is named
    bool operator==(const Policy&) const = default;
};

Policy policy_for(const Rules& rules, const model::Benchmark& benchmark, std::string_view metric);

double threshold_for(const Rules& rules, const model::Benchmark& benchmark, std::string_view metric);

// The metrics that decide for this benchmark besides its time, in the rules' order. kSize is none of them.
// An error names the rule: its direction contradicts the suite's, or is needed and missing.
Result<std::vector<model::Metric>> gated_metrics(const Rules& rules, const model::Benchmark& benchmark);

// A suite's program stands in the rules and in the verdicts under the suite's name, with one metric: kSize.
model::Benchmark suite_program(std::string_view suite);

// Whether the size of this suite's code decides.
bool gates_size(const Rules& rules, std::string_view suite);

// Tells apart rules that may give different verdicts.
std::string rules_hash(const Rules& rules);

}  // namespace harness::judge
