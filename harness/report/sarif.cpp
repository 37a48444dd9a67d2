#include "harness/report/sarif.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include "harness/model/hash.h"
#include "harness/report/json_text.h"
#include "harness/report/text.h"

namespace harness::report {

namespace {

using model::Role;
using model::Verdict;
using model::VerdictKind;

struct Rule {
    std::string_view id;
    std::string_view name;
    std::string_view summary;
    std::string_view description;
    std::string_view level;
};

// The order is that of ruleIndex: a new rule goes to the end.
constexpr std::array<Rule, 5> kRules = {{
    {"performance-regression", "PerformanceRegression", "A benchmark became slower or otherwise worse",
     "The whole interval of the change lies beyond the threshold in the worse direction.", "error"},
    {"benchmark-failed", "BenchmarkFailed", "A benchmark could not be measured",
     "A process of it crashed, hung, or reported a wrong result.", "error"},
    {"benchmark-missing", "BenchmarkMissing", "A benchmark of the baseline was not measured",
     "The baseline has it and the run does not: renamed, removed or left out.", "warning"},
    {"not-comparable", "NotComparable", "The run and the baseline cannot be compared",
     "They were measured on different machines, or one of them is empty.", "error"},
    {"run-void", "RunVoid", "The run says nothing about the program",
     "The controls moved, so that the machine and not the program may have changed.", "error"},
}};

Json text_of(std::string_view text) { return {{"text", text}}; }

Json rules() {
    Json all = Json::array();
    for (const Rule& rule : kRules) {
        all.push_back({{"id", rule.id},
                       {"name", rule.name},
                       {"shortDescription", text_of(rule.summary)},
                       {"fullDescription", text_of(rule.description)},
                       {"defaultConfiguration", {{"level", rule.level}}}});
    }
    return all;
}

// Where viewers put it: a path from the top of the repository (SARIF 2.1.0, 3.4.4: relative references).
Json physical(const model::SourcePlace& place) {
    return {{"artifactLocation", {{"uri", uri_path(one_line(place.file))}, {"uriBaseId", "%SRCROOT%"}}},
            {"region", {{"startLine", place.line}}}};
}

Json result(std::string_view id, std::string_view message, const std::string& place,
            const std::optional<model::SourcePlace>& source = {}) {
    const auto rule = std::ranges::find(kRules, id, &Rule::id);
    const Json logical = {{"fullyQualifiedName", one_line(place)}};
    Json location = {{"logicalLocations", Json::array({logical})}};
    if (source) location["physicalLocation"] = physical(*source);
    // The same fault of the next run is the same one: nothing measured goes into it.
    const std::string print = model::stable_hash(fmt::format("{}\n{}", id, place));
    return {{"ruleId", rule->id},
            {"ruleIndex", rule - kRules.begin()},
            {"level", rule->level},
            {"message", text_of(sarif_message(one_line(message)))},
            {"locations", Json::array({location})},
            {"partialFingerprints", {{"vmbenchBenchmark/v1", print}}}};
}

Json properties(const Verdict& verdict) {
    Json values = {{"metric", verdict.metric},
                   {"unit", verdict.unit},
                   {"direction", to_string(verdict.direction)},
                   {"threshold", verdict.threshold}};
    if (verdict.base) values["base"] = *verdict.base;
    if (verdict.head) values["head"] = *verdict.head;
    if (verdict.effect) {
        values["ratio"] = verdict.effect->ratio;
        values["low"] = verdict.effect->low;
        values["high"] = verdict.effect->high;
    }
    return values;
}

std::string regression(const Verdict& verdict) {
    if (!verdict.effect) return fmt::format("{}: {}", verdict.benchmark, verdict.note);
    return fmt::format("{}: {} {} ({}), beyond the threshold of {:.1f} %", verdict.benchmark, verdict.metric,
                       change(verdict.effect->ratio), interval(*verdict.effect), 100 * verdict.threshold);
}

void add(Json& results, std::string_view rule, const Verdict& verdict, std::string_view message) {
    Json row = result(rule, message, verdict.benchmark, verdict.source);
    row["properties"] = properties(verdict);
    results.push_back(std::move(row));
}

Json results_of(const model::Comparison& comparison) {
    Json results = Json::array();
    if (!comparison.refusal.empty()) {
        results.push_back(result("not-comparable", comparison.refusal, comparison.baseline));
    }
    if (!comparison.void_reason.empty()) {
        results.push_back(result("run-void", comparison.void_reason, comparison.baseline));
    }
    for (const Verdict& verdict : comparison.verdicts) {
        if (verdict.role == Role::shown) continue;
        if (verdict.kind == VerdictKind::failed) {
            add(results, "benchmark-failed", verdict, fmt::format("{}: {}", verdict.benchmark, verdict.note));
        }
        // References never decide: they tell what the machine did.
        if (verdict.role != Role::deciding) continue;
        if (verdict.kind == VerdictKind::regressed) {
            add(results, "performance-regression", verdict, regression(verdict));
        } else if (verdict.kind == VerdictKind::missing) {
            add(results, "benchmark-missing", verdict,
                fmt::format("{}: it is in the baseline but not in this run", verdict.benchmark));
        }
    }
    return results;
}

}  // namespace

std::string uri_path(std::string_view path) {
    std::string out;
    for (const char c : path) {
        const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                           std::string_view("-._~/").find(c) != std::string_view::npos;
        out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

std::string sarif_message(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '{' || c == '}') out += c;
        if (c == '[' || c == ']' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

std::string sarif(const model::Comparison& comparison) {
    const Json driver = {{"name", "vmbench"}, {"rules", rules()}};
    const Json run = {
        {"tool", {{"driver", driver}}},
        {"automationDetails", {{"id", fmt::format("vmbench/{}/", one_line(comparison.baseline))}}},
        {"results", results_of(comparison)},
        {"properties",
         {{"baseline", comparison.baseline},
          {"run", comparison.run},
          {"baseRevision", comparison.base_revision},
          {"headRevision", comparison.head_revision},
          {"machineClass", comparison.head_machine_class},
          {"crossMachine", comparison.cross_machine}}}};
    return dump(
        {{"$schema",
          "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"},
         {"version", "2.1.0"},
         {"runs", Json::array({run})}});
}

}  // namespace harness::report
