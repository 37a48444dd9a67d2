#include "harness/formats/record.h"

#include <algorithm>

#include "harness/formats/names.h"

namespace harness::formats {

namespace {

// "time" comes first, because a benchmark's first metric is the one that decides.
void add_metric(model::Benchmark& benchmark, const model::Sample& sample) {
    const auto known = std::ranges::find(benchmark.metrics, sample.metric, &model::Metric::name);
    if (known != benchmark.metrics.end()) return;
    const model::Metric metric{sample.metric, sample.unit, sample.direction};
    const bool first = metric.name == kTime.name;
    benchmark.metrics.insert(first ? benchmark.metrics.begin() : benchmark.metrics.end(), metric);
}

std::string process_id(const std::string& run_id, int position) {
    return content_uuid(fmt::format("{}\n{}", run_id, position));
}

// Collects replicates in a record whose run has its id.
class Assembler {
  public:
    explicit Assembler(model::RunRecord& record) : record_(&record) {}

    void add(Replicate&& replicate) {
        const std::string id = model::benchmark_id(replicate.suite, replicate.case_id);
        model::Benchmark& benchmark = definition(id, replicate);
        const model::Process process = process_of(id, replicate);
        for (model::Sample& sample : replicate.samples) {
            add_metric(benchmark, sample);
            sample.process_id = process.id;
            sample.benchmark = id;
            record_->samples.push_back(std::move(sample));
        }
        record_->processes.push_back(process);
    }

  private:
    model::Benchmark& definition(const std::string& id, const Replicate& replicate) {
        const auto [found, is_new] = places_.try_emplace(id, record_->benchmarks.size());
        if (is_new) {
            model::Benchmark benchmark;
            benchmark.id = id;
            benchmark.suite = replicate.suite;
            benchmark.case_id = replicate.case_id;
            benchmark.time_source = replicate.time_source;
            record_->benchmarks.push_back(std::move(benchmark));
        }
        return record_->benchmarks[found->second];
    }

    model::Process process_of(const std::string& id, const Replicate& replicate) {
        model::Process process;
        process.position = static_cast<int>(record_->processes.size());
        process.id = process_id(record_->run.id, process.position);
        process.run_id = record_->run.id;
        process.build_id = record_->builds.front().id;
        process.benchmark = id;
        process.replicate = replicates_[id]++;
        process.exit_status = replicate.exit_status;
        process.error = replicate.error;
        process.started_ns = record_->run.started_ns;
        process.duration_ns = replicate.duration_ns;
        process.user_ns = replicate.user_ns;
        process.system_ns = replicate.system_ns;
        process.max_rss_bytes = replicate.max_rss_bytes;
        return process;
    }

    model::RunRecord* record_;
    std::map<std::string, std::size_t> places_;
    std::map<std::string, int> replicates_;
};

// Gives the processes of joined runs their places, and ids as if they had been read as one.
void renumber(model::RunRecord& record) {
    std::map<std::string, std::string> ids;
    int position = 0;
    for (model::Process& process : record.processes) {
        process.position = position++;
        std::string& id = ids[process.id];
        id = process_id(record.run.id, process.position);
        process.id = id;
        process.run_id = record.run.id;
    }
    for (model::Sample& sample : record.samples) sample.process_id = ids.at(sample.process_id);
}

}  // namespace

void Replicate::add(const model::Metric& metric, double value, std::int64_t iterations) {
    model::Sample sample;
    sample.metric = metric.name;
    sample.unit = metric.unit;
    sample.direction = metric.direction;
    sample.ordinal = values[metric.name]++;
    sample.value = value;
    sample.iterations = iterations;
    samples.push_back(std::move(sample));
}

model::Machine unknown_machine() {
    model::Machine machine;
    machine.cpu_model = "imported";
    machine.kernel = "unknown";
    machine.governor = "unknown";
    return machine;
}

std::string aggregates_note(std::size_t benchmarks) {
    return fmt::format("{} of aggregates only: one value each, not a sample of several",
                       benchmarks == 1 ? "1 benchmark" : fmt::format("{} benchmarks", benchmarks));
}

std::string unknown_metrics_note(const std::set<std::string>& names) {
    return fmt::format("left out, because nothing says whether more or less is better: {} (--metric does)",
                       fmt::join(names, ", "));
}

model::RunRecord assemble(Draft draft, const Options& options, std::string_view content) {
    model::RunRecord record;
    model::Run& run = record.run;
    if (!options.machine.empty()) draft.machine.cpu_model = options.machine;
    if (!options.revision.empty()) draft.build.revision = options.revision;
    run.id = content_uuid(
        fmt::format("{}\n{}\n{}\n{}", options.suite, options.machine, options.revision, content));
    run.started_ns = draft.started_ns.value_or(options.file_time_ns);
    run.finished_ns = run.started_ns;
    run.status = model::RunStatus::complete;
    run.machine = draft.machine;
    run.note = draft.note;
    run.planned_processes = static_cast<std::int64_t>(draft.replicates.size());
    draft.build.id = "0";
    record.builds = {draft.build};
    Assembler assembler(record);
    for (Replicate& replicate : draft.replicates) assembler.add(std::move(replicate));
    return record;
}

Result<model::RunRecord> join(const std::vector<model::RunRecord>& parts) {
    model::RunRecord all;
    all.run = parts.front().run;
    all.builds = parts.front().builds;
    std::string ids;
    std::set<std::string> benchmarks;
    for (const model::RunRecord& part : parts) {
        ids += part.run.id + "\n";
        for (const model::Benchmark& benchmark : part.benchmarks) {
            if (!benchmarks.insert(benchmark.id).second) {
                return fail("'{}' is in two of the files: give one file for each benchmark", benchmark.id);
            }
            all.benchmarks.push_back(benchmark);
        }
        all.processes.insert(all.processes.end(), part.processes.begin(), part.processes.end());
        all.samples.insert(all.samples.end(), part.samples.begin(), part.samples.end());
    }
    all.run.id = content_uuid(ids);
    all.run.planned_processes = static_cast<std::int64_t>(all.processes.size());
    renumber(all);
    return all;
}

}  // namespace harness::formats
