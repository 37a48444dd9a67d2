#include "harness/report/json.h"

#include "harness/report/json_text.h"

namespace harness::report {

namespace {

template <class T>
Json maybe(const std::optional<T>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json effect(const std::optional<model::Effect>& effect) {
    if (!effect) return nullptr;
    return {{"ratio", effect->ratio}, {"low", effect->low}, {"high", effect->high}};
}

Json source(const std::optional<model::SourcePlace>& place) {
    if (!place) return nullptr;
    return {{"file", place->file}, {"line", place->line}};
}

Json verdict(const model::Verdict& verdict) {
    return {{"benchmark", verdict.benchmark},
            {"metric", verdict.metric},
            {"unit", verdict.unit},
            {"direction", to_string(verdict.direction)},
            {"role", to_string(verdict.role)},
            {"verdict", to_string(verdict.kind)},
            {"effect", effect(verdict.effect)},
            {"base", maybe(verdict.base)},
            {"head", maybe(verdict.head)},
            {"threshold", verdict.threshold},
            {"n_base", verdict.n_base},
            {"n_head", verdict.n_head},
            {"note", verdict.note},
            {"accepted", verdict.accepted},
            {"owner", verdict.owner},
            {"source", source(verdict.source)}};
}

Json groups(const std::vector<model::GroupEffect>& all) {
    Json rows = Json::array();
    for (const model::GroupEffect& group : all) {
        rows.push_back({{"group", group.group}, {"benchmarks", group.rows}, {"cost", effect(group.effect)}});
    }
    return rows;
}

Json summary(const judge::SummaryRow& row) {
    Json interval = nullptr;
    if (row.interval) interval = {{"low", row.interval->low}, {"high", row.interval->high}};
    return {{"benchmark", row.benchmark},  {"metric", row.metric.name},
            {"unit", row.metric.unit},     {"direction", to_string(row.metric.direction)},
            {"role", to_string(row.role)}, {"median", maybe(row.median)},
            {"interval", interval},        {"spread", row.spread},
            {"values", row.values},        {"error", row.error}};
}

Json target(const judge::TargetRow& row) {
    return {{"benchmark", row.benchmark}, {"vs", row.vs},
            {"metric", row.metric.name},  {"wanted", row.wanted},
            {"measured", row.measured},   {"met", row.met}};
}

Json ratio(const std::optional<judge::Ratio>& value) {
    if (!value) return nullptr;
    Json interval = nullptr;
    if (value->interval) interval = {{"low", value->interval->low}, {"high", value->interval->high}};
    return {{"ratio", value->value}, {"interval", interval}, {"rounds", value->rounds}};
}

Json ratios(const std::vector<judge::RatioTable>& tables) {
    Json all = Json::array();
    for (const judge::RatioTable& table : tables) {
        for (const judge::RatioColumn& column : table.columns) {
            Json rows = Json::array();
            for (std::size_t i = 0; i < table.rows.size(); ++i) {
                if (!column.cells[i]) continue;
                rows.push_back({{"row", table.rows[i]},
                                {"value", ratio(column.cells[i]->ratio)},
                                {"problem", column.cells[i]->problem}});
            }
            all.push_back({{"suite", table.suite},
                           {"metric", table.metric.name},
                           {"of", column.own},
                           {"to", column.other},
                           {"rows", rows},
                           {"geometric_mean", ratio(column.mean)},
                           {"counted", column.counted}});
        }
    }
    return all;
}

Json machine(const model::Machine& machine) {
    return {{"class", machine_class(machine)},
            {"cpu_model", machine.cpu_model},
            {"cores", machine.cores},
            {"memory_bytes", machine.memory_bytes},
            {"kernel", machine.kernel},
            {"governor", machine.governor},
            {"virtualised", machine.virtualised},
            {"numa_nodes", machine.numa_nodes}};
}

Json builds(const std::vector<model::Build>& all) {
    Json rows = Json::array();
    for (const model::Build& build : all) {
        rows.push_back({{"revision", build.revision},
                        {"dirty", build.dirty},
                        {"compiler", build.compiler},
                        {"flags", build.flags},
                        {"program_hash", build.program_hash}});
    }
    return rows;
}

}  // namespace

std::string json(const model::Comparison& comparison) {
    Json rows = Json::array();
    for (const model::Verdict& row : comparison.verdicts) rows.push_back(verdict(row));
    Json counts = Json::object();
    for (const model::VerdictKind kind : model::kAllVerdictKinds) {
        counts[std::string(to_string(kind))] = count(comparison, kind);
    }
    return dump({{"schema", "vmbench.comparison/1"},
                 {"method", comparison.method == model::Method::stored ? "stored" : "side by side"},
                 {"baseline", comparison.baseline},
                 {"baseline_runs", comparison.baseline_runs},
                 {"run", comparison.run},
                 {"head", comparison.head},
                 {"base_revision", comparison.base_revision},
                 {"head_revision", comparison.head_revision},
                 {"base_machine_class", comparison.base_machine_class},
                 {"head_machine_class", comparison.head_machine_class},
                 {"cross_machine", comparison.cross_machine},
                 {"refusal", comparison.refusal},
                 {"void_reason", comparison.void_reason},
                 {"systemic", comparison.systemic},
                 {"counts", counts},
                 {"overall_cost", effect(comparison.overall)},
                 {"groups", groups(comparison.groups)},
                 {"notes", comparison.notes},
                 {"judge_version", comparison.judge_version},
                 {"rules_hash", comparison.rules_hash},
                 {"verdicts", rows}});
}

std::string json(const RunReport& report) {
    const model::Run& run = report.record.run;
    Json rows = Json::array();
    for (const judge::SummaryRow& row : report.summary.rows) rows.push_back(summary(row));
    Json targets = Json::array();
    for (const judge::TargetRow& row : report.summary.targets) targets.push_back(target(row));
    return dump({{"schema", "vmbench.run/1"},
                 {"run", run.id},
                 {"started_ns", run.started_ns},
                 {"finished_ns", maybe(run.finished_ns)},
                 {"profile", to_string(run.profile)},
                 {"seed", run.seed},
                 {"status", to_string(run.status)},
                 {"command_line", run.command_line},
                 {"harness_version", run.harness_version},
                 {"machine", machine(run.machine)},
                 {"builds", builds(report.record.builds)},
                 {"results", rows},
                 {"targets", targets},
                 {"ratios", ratios(report.summary.ratios)}});
}

}  // namespace harness::report
