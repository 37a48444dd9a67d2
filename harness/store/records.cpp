#include "harness/store/records.h"

#include <algorithm>
#include <map>

#include "harness/store/catalog.h"
#include "harness/store/processes.h"
#include "harness/store/runs.h"

namespace harness::store {

namespace {

using Aliases = std::map<std::string, std::string>;

Result<Aliases> load_aliases(Connection& connection) {
    Aliases aliases;
    auto done = connection.run("SELECT old_benchmark, new_benchmark FROM alias", {},
                               [&](const Row& row) { aliases.emplace(row.text(0), row.text(1)); });
    if (!done) return tl::unexpected(done.error());
    return aliases;
}

// Follows renames of renames; a circle ends when every alias has been used once.
void rename(const Aliases& aliases, std::string& name) {
    for (std::size_t steps = 0; steps < aliases.size(); ++steps) {
        const auto found = aliases.find(name);
        if (found == aliases.end()) return;
        name = found->second;
    }
}

void rename(const Aliases& aliases, model::Benchmark& benchmark) {
    const std::string before = benchmark.id;
    rename(aliases, benchmark.id);
    if (benchmark.id == before) return;
    const std::size_t slash = benchmark.id.find('/');
    if (slash == std::string::npos) return;
    benchmark.suite = benchmark.id.substr(0, slash);
    benchmark.case_id = benchmark.id.substr(slash + 1);
}

void rename(const Aliases& aliases, model::RunRecord& record) {
    if (aliases.empty()) return;
    for (model::Benchmark& benchmark : record.benchmarks) rename(aliases, benchmark);
    for (model::Process& process : record.processes) rename(aliases, process.benchmark);
    for (model::Sample& sample : record.samples) rename(aliases, sample.benchmark);
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
        const auto aliases = load_aliases(connection);
        if (!aliases) return tl::unexpected(aliases.error());
        rename(*aliases, record);
    }
    return record;
}

}  // namespace harness::store
