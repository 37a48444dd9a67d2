#include "harness/store/records.h"

#include <algorithm>

#include "harness/store/aliases.h"
#include "harness/store/catalog.h"
#include "harness/store/processes.h"
#include "harness/store/runs.h"

namespace harness::store {

namespace {

void rename(const CurrentNames& current, model::Benchmark& benchmark) {
    const std::string before = benchmark.id;
    benchmark.id = current(before);
    if (benchmark.id == before) return;
    const std::size_t slash = benchmark.id.find('/');
    if (slash == std::string::npos) return;
    benchmark.suite = benchmark.id.substr(0, slash);
    benchmark.case_id = benchmark.id.substr(slash + 1);
}

void rename(const CurrentNames& current, model::RunRecord& record) {
    if (current.empty()) return;
    for (model::Benchmark& benchmark : record.benchmarks) rename(current, benchmark);
    for (model::Process& process : record.processes) process.benchmark = current(process.benchmark);
    for (model::Sample& sample : record.samples) sample.benchmark = current(sample.benchmark);
    std::ranges::sort(record.benchmarks, {}, [](const model::Benchmark& benchmark) {
        return std::pair(benchmark.id, benchmark.definition_version);
    });
}

}  // namespace

Result<model::RunRecord> load_run(Connection& connection, const std::string& id, Naming naming) {
    auto summary = find_run(connection, id);
    if (!summary) return tl::unexpected(summary.error());
    auto builds = builds_of_run(connection, id);
    if (!builds) return tl::unexpected(builds.error());
    auto benchmarks = benchmarks_of_run(connection, id);
    if (!benchmarks) return tl::unexpected(benchmarks.error());
    auto processes = processes_of_run(connection, id);
    if (!processes) return tl::unexpected(processes.error());
    auto samples = samples_of_run(connection, id);
    if (!samples) return tl::unexpected(samples.error());
    model::RunRecord record{std::move(summary->run), std::move(*builds), std::move(*benchmarks),
                            std::move(*processes), std::move(*samples)};
    if (naming == Naming::as_renamed) {
        const auto aliases = list_aliases(connection);
        if (!aliases) return tl::unexpected(aliases.error());
        rename(CurrentNames(*aliases), record);
    }
    return record;
}

}  // namespace harness::store
