#include "harness/store/runs.h"

#include <algorithm>

#include "harness/store/catalog.h"

namespace harness::store {

namespace {

constexpr std::string_view kSelectRuns =
    "SELECT run.id, started_ns, finished_ns, profile, seed, status, command_line, harness_version, "
    "planned_processes, note, cpu_model, cores, memory_bytes, kernel, governor, virtualised, numa_nodes, "
    "(SELECT count(*) FROM process WHERE process.run_id = run.id), "
    "(SELECT count(DISTINCT benchmark) FROM process WHERE process.run_id = run.id), "
    "(SELECT count(DISTINCT benchmark) FROM process WHERE process.run_id = run.id AND error <> ''), "
    "machine_class FROM run JOIN machine ON machine.id = run.machine_id ";

model::Run read_run(const Row& row) {
    model::Run run;
    run.id = row.text(0);
    run.started_ns = row.integer(1);
    if (!row.is_null(2)) run.finished_ns = row.integer(2);
    // The table's checks hold, so the words are known.
    run.profile = model::parse_profile(row.text(3)).value_or(model::Profile::quick);
    run.seed = static_cast<std::uint64_t>(row.integer(4));
    run.status = model::parse_run_status(row.text(5)).value_or(model::RunStatus::interrupted);
    run.command_line = row.text(6);
    run.harness_version = row.text(7);
    run.planned_processes = row.integer(8);
    run.note = row.text(9);
    run.machine = {
        row.text(10),         static_cast<int>(row.integer(11)), row.integer(12), row.text(13), row.text(14),
        row.integer(15) != 0, static_cast<int>(row.integer(16))};
    return run;
}

RunSummary read_summary(const Row& row) {
    RunSummary summary;
    summary.run = read_run(row);
    summary.processes = row.integer(17);
    summary.benchmarks = row.integer(18);
    summary.failed_benchmarks = row.integer(19);
    summary.machine_class = row.text(20);
    return summary;
}

Result<void> add_revisions(Connection& connection, RunSummary& summary) {
    const auto builds = builds_of_run(connection, summary.run.id);
    if (!builds) return tl::unexpected(builds.error());
    for (const model::Build& build : *builds) {
        const std::string revision = build.revision + (build.dirty ? "+" : "");
        if (revision.empty() || std::ranges::find(summary.revisions, revision) != summary.revisions.end())
            continue;
        summary.revisions.push_back(revision);
    }
    return {};
}

Result<std::vector<RunSummary>> select_runs(Connection& connection, std::string_view rest,
                                            const std::vector<Value>& values) {
    auto runs = connection.all(fmt::format("{}{}", kSelectRuns, rest), values, read_summary);
    if (!runs) return runs;
    for (RunSummary& run : *runs) {
        if (auto done = add_revisions(connection, run); !done) return tl::unexpected(done.error());
    }
    return runs;
}

}  // namespace

Result<void> record_run(Connection& connection, const model::Run& run, const std::string& owner,
                        const RandomSource& random) {
    const auto machine = record_machine(connection, run.machine, random);
    if (!machine) return tl::unexpected(machine.error());
    return connection.run(
        "INSERT INTO run (id, started_ns, finished_ns, profile, seed, status, machine_id, command_line, "
        "harness_version, planned_processes, owner, note) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        {run.id, run.started_ns, run.finished_ns, model::to_string(run.profile), run.seed,
         model::to_string(run.status), *machine, run.command_line, run.harness_version, run.planned_processes,
         owner, run.note});
}

Result<void> set_planned_processes(Connection& connection, const std::string& run_id, std::size_t processes) {
    return connection.run("UPDATE run SET planned_processes = ?2 WHERE id = ?1", {run_id, processes});
}

Result<void> finish_run(Connection& connection, const std::string& run_id, model::RunStatus status,
                        std::int64_t finished_ns, const std::string& note) {
    return connection.run("UPDATE run SET status = ?2, finished_ns = ?3, note = ?4, owner = '' WHERE id = ?1",
                          {run_id, model::to_string(status), finished_ns, note});
}

Result<std::vector<RunSummary>> list_runs(Connection& connection) {
    return select_runs(connection, "ORDER BY started_ns DESC, run.id", {});
}

Result<RunSummary> find_run(Connection& connection, const std::string& prefix) {
    if (prefix.empty()) return fail("no run has an empty id");
    auto runs = select_runs(connection, "WHERE substr(run.id, 1, length(?1)) = ?1 ORDER BY run.id", {prefix});
    if (!runs) return tl::unexpected(runs.error());
    if (runs->empty()) return fail("no run '{}' (see `vmbench runs`)", prefix);
    if (runs->size() > 1) {
        return fail("'{}' is the start of {} runs: give more of the id (see `vmbench runs`)", prefix,
                    runs->size());
    }
    return std::move(runs->front());
}

Result<std::optional<std::string>> newest_complete_run(Connection& connection) {
    std::optional<std::string> newest;
    auto done = connection.run(
        "SELECT id FROM run WHERE status = 'complete' "
        "AND EXISTS (SELECT 1 FROM process WHERE process.run_id = run.id) "
        "ORDER BY started_ns DESC, id LIMIT 1",
        {}, [&](const Row& row) { newest = row.text(0); });
    if (!done) return tl::unexpected(done.error());
    return newest;
}

Result<std::vector<OwnedRun>> running_runs(Connection& connection) {
    return connection.all("SELECT id, owner FROM run WHERE status = 'running' ORDER BY started_ns, id", {},
                          [](const Row& row) {
                              return OwnedRun{row.text(0), row.text(1)};
                          });
}

Result<void> mark_abandoned(Connection& connection, const std::string& run_id) {
    return connection.run(
        "UPDATE run SET status = 'interrupted', owner = '', note = 'incomplete: vmbench was killed', "
        "finished_ns = (SELECT coalesce(max(process.started_ns + process.duration_ns), run.started_ns) "
        "FROM process WHERE process.run_id = run.id) "
        "+ (SELECT coalesce(sum(duration_ns), 0) FROM pair WHERE pair.run_id = run.id) WHERE id = ?1 AND "
        "status = 'running'",
        {run_id});
}

}  // namespace harness::store
