#include <cmath>
#include <set>

#include <nlohmann/json.hpp>

#include "harness/store/columns.h"
#include "harness/store/fields.h"
#include "harness/store/parcel.h"

namespace harness::store {

namespace {

using Json = nlohmann::json;

Result<SuiteText> read_suite(const Json& json) {
    Fields fields(json, "a suite");
    SuiteText suite{fields.text("name"), fields.text("title"), fields.text("question"),
                    fields.text("description")};
    if (!fields.ok()) return fields.failure();
    return suite;
}

Result<model::Machine> read_machine(const Json& json) {
    Fields fields(json, "'machine'");
    model::Machine machine{fields.text("cpu_model"),        fields.small_count("cores"),
                           fields.count("memory_bytes"),    fields.text("kernel"),
                           fields.text("governor"),         fields.truth("virtualised"),
                           fields.small_count("numa_nodes")};
    if (!fields.ok()) return fields.failure();
    return machine;
}

Result<model::Build> read_build(const Json& json, std::size_t position) {
    Fields fields(json, fmt::format("build {}", position));
    model::Build build{std::to_string(position), fields.text("revision"), fields.truth("dirty"),
                       fields.text("compiler"),  fields.text("flags"),    fields.text("program_hash")};
    if (!fields.ok()) return fields.failure();
    return build;
}

Result<model::Benchmark> read_definition(const Json& json) {
    Fields fields(json, "a benchmark");
    model::Benchmark benchmark;
    benchmark.suite = fields.text("suite");
    benchmark.case_id = fields.text("case");
    benchmark.id = model::benchmark_id(benchmark.suite, benchmark.case_id);
    benchmark.definition_version = fields.small_count("version");
    benchmark.time_source = fields.word("time_source", model::parse_time_source);
    const Json& metrics = fields.list("metrics");
    const Json& tags = fields.list("tags");
    const Json& targets = fields.list("targets");
    if (!fields.ok()) return fields.failure();
    auto read_metrics_list = read_metrics(metrics);
    auto read_tags_list = read_tags(tags);
    auto read_targets_list = read_targets(targets);
    if (!read_metrics_list) return tl::unexpected(read_metrics_list.error());
    if (!read_tags_list) return tl::unexpected(read_tags_list.error());
    if (!read_targets_list) return tl::unexpected(read_targets_list.error());
    benchmark.metrics = std::move(*read_metrics_list);
    benchmark.tags = std::move(*read_tags_list);
    benchmark.targets = std::move(*read_targets_list);
    // Files of earlier versions have none.
    if (!json.contains("versus")) return benchmark;
    auto versus = read_versus(json["versus"]);
    if (!versus) return tl::unexpected(versus.error());
    benchmark.versus = std::move(*versus);
    return benchmark;
}

Result<model::Sample> read_sample(const Json& json, const model::Process& process) {
    Fields fields(json, fmt::format("a sample of process {}", process.id));
    model::Sample sample;
    sample.process_id = process.id;
    sample.benchmark = process.benchmark;
    sample.definition_version = process.definition_version;
    sample.metric = fields.text("metric");
    sample.unit = fields.text("unit");
    sample.direction = fields.word("direction", model::parse_direction);
    sample.ordinal = fields.small_count("ordinal");
    sample.value = fields.real("value");
    sample.iterations = fields.count("iterations");
    if (!std::isfinite(sample.value)) fields.refuse("'value' is not finite");
    if (!fields.ok()) return fields.failure();
    return sample;
}

Result<model::Run> read_run_fields(const Json& json) {
    Fields fields(json, "a run");
    model::Run run;
    run.id = fields.uuid("id");
    run.started_ns = fields.count("started_ns");
    if (!json.contains("finished_ns") || !json["finished_ns"].is_null())
        run.finished_ns = fields.count("finished_ns");
    run.profile = fields.word("profile", model::parse_profile);
    run.seed = static_cast<std::uint64_t>(fields.count("seed"));
    run.status = fields.word("status", model::parse_run_status);
    if (run.status == model::RunStatus::running) fields.refuse("it is still running");
    run.command_line = fields.text("command_line");
    run.harness_version = fields.text("harness_version");
    run.planned_processes = fields.count("planned_processes");
    run.note = fields.text("note");
    const Json& machine = fields.object("machine");
    if (!fields.ok()) return fields.failure();
    const auto read = read_machine(machine);
    if (!read) return fail("run {}: {}", run.id, read.error().message);
    run.machine = *read;
    return run;
}

using Definitions = std::set<std::pair<std::string, int>>;

Definitions definitions_of(const std::vector<model::Benchmark>& benchmarks) {
    Definitions definitions;
    for (const model::Benchmark& benchmark : benchmarks) {
        definitions.emplace(benchmark.id, benchmark.definition_version);
    }
    return definitions;
}

Result<void> read_process(const Json& json, const Definitions& definitions, model::RunRecord& record) {
    Fields fields(json, "a process");
    model::Process process;
    process.id = fields.uuid("id");
    process.run_id = record.run.id;
    const std::int64_t build = fields.count("build");
    process.build_id = std::to_string(build);
    process.benchmark = fields.text("benchmark");
    process.definition_version = fields.small_count("version");
    process.replicate = fields.small_count("replicate");
    process.position = fields.small_count("position");
    process.exit_status = fields.integer("exit_status");
    process.error = fields.text("error");
    process.started_ns = fields.count("started_ns");
    process.duration_ns = fields.count("duration_ns");
    process.user_ns = fields.count("user_ns");
    process.system_ns = fields.count("system_ns");
    process.max_rss_bytes = fields.count("max_rss_bytes");
    const Json& samples = fields.list("samples");
    if (!fields.ok()) return fields.failure();
    if (static_cast<std::uint64_t>(build) >= record.builds.size()) {
        return fail("process {}: there is no build {}", process.id, build);
    }
    if (!definitions.contains({process.benchmark, process.definition_version})) {
        return fail("process {}: benchmark '{}' version {} is not described", process.id, process.benchmark,
                    process.definition_version);
    }
    for (const Json& item : samples) {
        auto sample = read_sample(item, process);
        if (!sample) return tl::unexpected(sample.error());
        record.samples.push_back(std::move(*sample));
    }
    record.processes.push_back(std::move(process));
    return {};
}

Result<model::RunRecord> read_run(const Json& json) {
    auto run = read_run_fields(json);
    if (!run) return tl::unexpected(run.error());
    model::RunRecord record;
    record.run = std::move(*run);
    Fields fields(json, fmt::format("run {}", record.run.id));
    const Json& builds = fields.list("builds");
    const Json& benchmarks = fields.list("benchmarks");
    const Json& processes = fields.list("processes");
    if (!fields.ok()) return fields.failure();
    for (const Json& item : builds) {
        auto build = read_build(item, record.builds.size());
        if (!build) return fail("run {}: {}", record.run.id, build.error().message);
        record.builds.push_back(std::move(*build));
    }
    for (const Json& item : benchmarks) {
        auto benchmark = read_definition(item);
        if (!benchmark) return fail("run {}: {}", record.run.id, benchmark.error().message);
        record.benchmarks.push_back(std::move(*benchmark));
    }
    const Definitions definitions = definitions_of(record.benchmarks);
    for (const Json& item : processes) {
        auto done = read_process(item, definitions, record);
        if (!done) return fail("run {}: {}", record.run.id, done.error().message);
    }
    return record;
}

Result<void> check_format(Fields& fields) {
    const std::string format = fields.text("format");
    if (!fields.ok() || format != "vmbench-baseline") return fail("it is not a baseline exported by vmbench");
    const std::int64_t version = fields.integer("version");
    if (fields.ok() && version != 1) {
        return fail("it has format version {}, this vmbench reads version 1: update vmbench", version);
    }
    return {};
}

}  // namespace

Result<Parcel> read_parcel(std::string_view text) {
    const Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) return fail("it is not JSON");
    Fields fields(json, "the file");
    if (auto format = check_format(fields); !format) return tl::unexpected(format.error());
    Parcel parcel;
    parcel.name = fields.text("name");
    parcel.created_ns = fields.count("created_ns");
    const Json& suites = fields.list("suites");
    const Json& runs = fields.list("runs");
    if (fields.ok() && runs.empty()) fields.refuse("it holds no runs");
    if (!fields.ok()) return fields.failure();
    std::set<std::string> known_suites;
    for (const Json& item : suites) {
        auto suite = read_suite(item);
        if (!suite) return tl::unexpected(suite.error());
        known_suites.insert(suite->name);
        parcel.suites.push_back(std::move(*suite));
    }
    for (const Json& item : runs) {
        auto run = read_run(item);
        if (!run) return tl::unexpected(run.error());
        for (const model::Benchmark& benchmark : run->benchmarks) {
            if (!known_suites.contains(benchmark.suite))
                return fail("suite '{}' is not described", benchmark.suite);
        }
        parcel.runs.push_back(std::move(*run));
    }
    return parcel;
}

}  // namespace harness::store
