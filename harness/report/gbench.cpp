#include "harness/report/gbench.h"

#include <map>
#include <string>
#include <vector>

#include "harness/report/json_text.h"
#include "harness/report/text.h"

namespace harness::report {

namespace {

using model::Process;
using model::Sample;

Json context(const model::Run& run) {
    return {{"date", utc(run.started_ns)},
            {"executable", "vmbench"},
            {"num_cpus", run.machine.cores},
            {"cpu_model", run.machine.cpu_model},
            {"vmbench_run", run.id},
            {"vmbench_replicate", "process"},
            {"machine_class", machine_class(run.machine)}};
}

Json head(const Process& process, std::size_t repetitions) {
    return {{"name", process.benchmark},  {"run_name", process.benchmark},         {"run_type", "iteration"},
            {"repetitions", repetitions}, {"repetition_index", process.replicate}, {"threads", 1}};
}

// The rows of one process: samples of one ordinal belong together.
void add_rows(Json& rows, const Process& process, const std::vector<const Sample*>& samples,
              std::size_t repetitions) {
    std::map<int, std::vector<const Sample*>> by_ordinal;
    for (const Sample* sample : samples) by_ordinal[sample->ordinal].push_back(sample);
    for (const auto& [ordinal, group] : by_ordinal) {
        Json row = head(process, repetitions);
        Json counters = Json::object();
        for (const Sample* sample : group) {
            if (sample->metric == "time" && sample->unit == "ns") {
                row["iterations"] = sample->iterations;
                row["real_time"] = sample->value;
                row["cpu_time"] = sample->value;
                row["time_unit"] = "ns";
            } else {
                counters[sample->metric] = sample->value;
            }
        }
        if (!row.contains("real_time")) continue;
        row.update(counters);
        rows.push_back(row);
    }
}

// Rows of failed processes would have no times, which compare.py takes for granted of every row.
Json failures(const std::vector<Process>& processes) {
    Json rows = Json::array();
    for (const Process& process : processes) {
        if (process.error.empty()) continue;
        rows.push_back({{"name", process.benchmark},
                        {"repetition_index", process.replicate},
                        {"error_message", process.error}});
    }
    return rows;
}

}  // namespace

std::string gbench(const RunReport& report) {
    std::map<std::string, std::vector<const Sample*>> by_process;
    for (const Sample& sample : report.record.samples) by_process[sample.process_id].push_back(&sample);
    std::map<std::string, std::size_t> repetitions;
    for (const Process& process : report.record.processes) ++repetitions[process.benchmark];
    Json rows = Json::array();
    for (const model::Benchmark& benchmark : report.record.benchmarks) {
        for (const Process& process : report.record.processes) {
            if (process.benchmark != benchmark.id || !process.error.empty()) continue;
            add_rows(rows, process, by_process[process.id], repetitions[benchmark.id]);
        }
    }
    Json head = context(report.record.run);
    if (Json failed = failures(report.record.processes); !failed.empty()) head["vmbench_failed"] = failed;
    return dump({{"context", head}, {"benchmarks", rows}});
}

}  // namespace harness::report
