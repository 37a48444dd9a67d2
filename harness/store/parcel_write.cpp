#include <map>

#include <nlohmann/json.hpp>

#include "harness/store/columns.h"
#include "harness/store/parcel.h"

namespace harness::store {

namespace {

// Members stay in the order they are written in.
using Json = nlohmann::ordered_json;

Json suite_json(const SuiteText& suite) {
    return {{"name", suite.name},
            {"title", suite.title},
            {"question", suite.question},
            {"description", suite.description}};
}

Json machine_json(const model::Machine& machine) {
    return {{"cpu_model", machine.cpu_model},       {"cores", machine.cores},
            {"memory_bytes", machine.memory_bytes}, {"kernel", machine.kernel},
            {"governor", machine.governor},         {"virtualised", machine.virtualised},
            {"numa_nodes", machine.numa_nodes}};
}

Json build_json(const model::Build& build) {
    return {{"revision", build.revision},
            {"dirty", build.dirty},
            {"compiler", build.compiler},
            {"flags", build.flags},
            {"program_hash", build.program_hash}};
}

Json benchmark_json(const model::Benchmark& benchmark) {
    Json json = {{"suite", benchmark.suite},
                 {"case", benchmark.case_id},
                 {"version", benchmark.definition_version},
                 {"time_source", model::to_string(benchmark.time_source)},
                 {"metrics", Json(metrics_json(benchmark.metrics))},
                 {"tags", benchmark.tags},
                 {"targets", Json(targets_json(benchmark.targets))}};
    if (!benchmark.versus.empty()) json["versus"] = benchmark.versus;
    return json;
}

Json samples_json(const std::vector<const model::Sample*>& samples) {
    Json list = Json::array();
    for (const model::Sample* sample : samples) {
        list.push_back({{"metric", sample->metric},
                        {"unit", sample->unit},
                        {"direction", model::to_string(sample->direction)},
                        {"ordinal", sample->ordinal},
                        {"value", sample->value},
                        {"iterations", sample->iterations}});
    }
    return list;
}

Json process_json(const model::Process& process, std::size_t build,
                  const std::vector<const model::Sample*>& samples) {
    return {{"id", process.id},
            {"build", build},
            {"benchmark", process.benchmark},
            {"version", process.definition_version},
            {"replicate", process.replicate},
            {"position", process.position},
            {"exit_status", process.exit_status},
            {"error", process.error},
            {"started_ns", process.started_ns},
            {"duration_ns", process.duration_ns},
            {"user_ns", process.user_ns},
            {"system_ns", process.system_ns},
            {"max_rss_bytes", process.max_rss_bytes},
            {"samples", samples_json(samples)}};
}

Json run_json(const model::Run& run) {
    return {{"id", run.id},
            {"started_ns", run.started_ns},
            {"finished_ns", run.finished_ns ? Json(*run.finished_ns) : Json(nullptr)},
            {"profile", model::to_string(run.profile)},
            {"seed", run.seed},
            {"status", model::to_string(run.status)},
            {"command_line", run.command_line},
            {"harness_version", run.harness_version},
            {"planned_processes", run.planned_processes},
            {"note", run.note},
            {"machine", machine_json(run.machine)}};
}

// Text that is not UTF-8 (of a program's error message, say) is mended, not refused.
std::string line(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// "key": [ one line an item ]
std::string list(std::string_view indent, std::string_view key, const std::vector<Json>& items) {
    std::string text = fmt::format("{}\"{}\": [", indent, key);
    for (std::size_t i = 0; i < items.size(); ++i) {
        text += fmt::format("{}\n{}  {}", i == 0 ? "" : ",", indent, line(items[i]));
    }
    return text + (items.empty() ? "]" : fmt::format("\n{}]", indent));
}

std::string run_text(const model::RunRecord& record) {
    std::map<std::string_view, std::size_t> build_positions;
    std::vector<Json> builds;
    for (const model::Build& build : record.builds) {
        build_positions.emplace(build.id, builds.size());
        builds.push_back(build_json(build));
    }
    std::vector<Json> benchmarks;
    for (const model::Benchmark& benchmark : record.benchmarks)
        benchmarks.push_back(benchmark_json(benchmark));
    std::map<std::string_view, std::vector<const model::Sample*>> samples;
    for (const model::Sample& sample : record.samples) samples[sample.process_id].push_back(&sample);
    std::vector<Json> processes;
    for (const model::Process& process : record.processes) {
        processes.push_back(process_json(process, build_positions[process.build_id], samples[process.id]));
    }
    std::string text = "    {\n";
    const Json run = run_json(record.run);
    for (const auto& [key, value] : run.items()) {
        text += fmt::format("      \"{}\": {},\n", key, line(value));
    }
    constexpr std::string_view kIndent = "      ";
    return text + list(kIndent, "builds", builds) + ",\n" + list(kIndent, "benchmarks", benchmarks) + ",\n" +
           list(kIndent, "processes", processes) + "\n    }";
}

}  // namespace

std::string write_parcel(const Parcel& parcel) {
    std::vector<Json> suites;
    for (const SuiteText& suite : parcel.suites) suites.push_back(suite_json(suite));
    std::string text = fmt::format(
        "{{\n  \"format\": \"vmbench-baseline\",\n  \"version\": 1,\n  \"name\": {},\n  \"created_ns\": "
        "{},\n{},\n"
        "  \"runs\": [",
        line(parcel.name), parcel.created_ns, list("  ", "suites", suites));
    for (std::size_t i = 0; i < parcel.runs.size(); ++i) {
        text += i == 0 ? "\n" : ",\n";
        text += run_text(parcel.runs[i]);
    }
    return text + (parcel.runs.empty() ? "]\n}\n" : "\n  ]\n}\n");
}

}  // namespace harness::store
