#pragma once

#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/result.h"
#include "harness/model/run.h"

namespace harness::judge {

inline constexpr double kDefaultThreshold = 0.05;

// One exception from the default threshold. The expressions match whole names; a missing one matches every
// name.
struct Rule {
    std::regex suite;
    std::regex benchmark;  // of the id SUITE/CASE
    std::regex metric;
    double threshold = kDefaultThreshold;
    std::string reason;
};

// The smallest change that matters, as a fraction of the baseline, for every benchmark and metric. Which
// direction is the better one is the suite's knowledge and cannot be set here.
struct Rules {
    double default_threshold = kDefaultThreshold;
    std::vector<Rule> rules;  // the last one that matches counts
    std::string source;       // the text they were read from
};

// Reads {"default": "5%", "rules": [{"suite": "cpu", "benchmark": "cpu/fp/.*", "metric": "time", "threshold":
// "10%", "reason": "..."}]}. Each rule needs a threshold, a reason and at least one expression; unknown
// members are errors, because a misspelt one would silently loosen the gate. `origin` starts every error
// message.
Result<Rules> parse_rules(std::string_view json, std::string_view origin);

// "5%" or "0.05": a fraction above 0, at most 1.
Result<double> parse_threshold(std::string_view text);

double threshold_for(const Rules& rules, const model::Benchmark& benchmark, std::string_view metric);

// Tells apart rules that may give different verdicts.
std::string rules_hash(const Rules& rules);

}  // namespace harness::judge
