#include "harness/store/maintenance.h"

#include "harness/store/pairs.h"
#include "harness/store/records.h"
#include "harness/store/runs.h"

namespace harness::store {

namespace {

Result<std::int64_t> number(Connection& connection, std::string_view query) {
    std::int64_t result = 0;
    auto done = connection.run(query, {}, [&](const Row& row) { result = row.integer(0); });
    if (!done) return tl::unexpected(done.error());
    return result;
}

Result<std::int64_t> file_bytes(Connection& connection) {
    auto pages = number(connection, "PRAGMA page_count");
    if (!pages) return pages;
    auto size = number(connection, "PRAGMA page_size");
    if (!size) return size;
    return *pages * *size;
}

// How many rows it deleted.
Result<std::int64_t> remove_rows(Connection& connection, std::string_view statement) {
    if (auto done = connection.run(statement); !done) return tl::unexpected(done.error());
    return number(connection, "SELECT changes()");
}

constexpr const char* kDerived[] = {"DELETE FROM verdict", "DELETE FROM point"};

// In this order: what refers comes before what is referred to.
constexpr const char* kOrphans[] = {
    "DELETE FROM series WHERE NOT EXISTS (SELECT 1 FROM sample WHERE series_id = series.id) "
    "AND NOT EXISTS (SELECT 1 FROM series AS next WHERE next.previous_id = series.id) "
    "AND NOT EXISTS (SELECT 1 FROM trend WHERE trend.series_id = series.id)",
    "DELETE FROM benchmark WHERE NOT EXISTS (SELECT 1 FROM process WHERE process.benchmark = benchmark.id "
    "AND process.definition_version = benchmark.definition_version) "
    "AND NOT EXISTS (SELECT 1 FROM pair WHERE pair.benchmark = benchmark.id "
    "AND pair.definition_version = benchmark.definition_version) "
    "AND NOT EXISTS (SELECT 1 FROM series WHERE series.benchmark = benchmark.id "
    "AND series.definition_version = benchmark.definition_version)",
    "DELETE FROM suite WHERE NOT EXISTS (SELECT 1 FROM benchmark WHERE benchmark.suite = suite.name)",
    ("DELETE FROM build WHERE NOT EXISTS (SELECT 1 FROM process WHERE build_id = build.id) "
     "AND id NOT IN (SELECT base_build_id FROM pair UNION SELECT head_build_id FROM pair)"),
    "DELETE FROM machine WHERE NOT EXISTS (SELECT 1 FROM run WHERE machine_id = machine.id)",
};

Result<void> remove_all(Connection& connection, Collected& collected) {
    for (const char* statement : kDerived) {
        const auto rows = remove_rows(connection, statement);
        if (!rows) return tl::unexpected(rows.error());
        collected.derived_rows += *rows;
    }
    // A series goes only after the one that follows it: again until nothing goes.
    for (std::int64_t before = -1; before != collected.orphaned_rows;) {
        before = collected.orphaned_rows;
        for (const char* statement : kOrphans) {
            const auto rows = remove_rows(connection, statement);
            if (!rows) return tl::unexpected(rows.error());
            collected.orphaned_rows += *rows;
        }
    }
    return {};
}

Result<void> refuse_while_running(Connection& connection) {
    const auto running = running_runs(connection);
    if (!running) return tl::unexpected(running.error());
    if (running->empty()) return {};
    return fail("run {} is being measured: try again when it has finished", running->front().id.substr(0, 8));
}

// What the tables promise beyond their constraints: a query that gives the ids of rows that break it.
struct Promise {
    const char* broken;  // what to say of a row
    const char* query;
};
constexpr Promise kPromises[] = {
    {"run {} is finished, but not when",
     "SELECT id FROM run WHERE status <> 'running' AND finished_ns IS NULL"},
    {"process {} measured properly, but has no samples",
     "SELECT id FROM process WHERE error = '' AND NOT EXISTS (SELECT 1 FROM sample WHERE process_id = "
     "process.id)"},
    {"process {} has a sample of another benchmark",
     "SELECT DISTINCT process.id FROM process JOIN sample ON process_id = process.id JOIN series ON "
     "series.id = "
     "series_id WHERE series.benchmark <> process.benchmark OR series.definition_version <> "
     "process.definition_version"},
    {"process {} has a sample of another machine's series",
     "SELECT DISTINCT process.id FROM process JOIN sample ON process_id = process.id JOIN series ON "
     "series.id = "
     "series_id JOIN run ON run.id = run_id JOIN machine ON machine.id = machine_id WHERE "
     "series.machine_class "
     "<> machine.machine_class"},
    {"process {} has a sample that is not finite",
     "SELECT DISTINCT process_id FROM sample WHERE abs(value) > 1.7976931348623157e308"},
    {"process {} has samples that are not counted from 0 on",
     "SELECT process_id FROM sample GROUP BY process_id, series_id HAVING min(ordinal) <> 0 OR max(ordinal) "
     "<> "
     "count(*) - 1"},
    {"benchmark '{}' is not called SUITE/CASE",
     "SELECT id FROM benchmark WHERE id <> suite || '/' || case_id"},
    {"series {} follows one that is not older",
     "SELECT series.id FROM series JOIN series AS previous ON previous.id = series.previous_id WHERE "
     "previous.definition_version >= series.definition_version"},
    {"run {} has screening pairs, but nothing that they could be judged by",
     "SELECT DISTINCT run_id FROM pair WHERE stage = 'screening' AND run_id NOT IN (SELECT run_id FROM "
     "duel)"},
    {"baseline '{}' has no runs",
     "SELECT name FROM baseline WHERE NOT EXISTS (SELECT 1 FROM baseline_run WHERE baseline_id = "
     "baseline.id)"},
};

Result<void> check_promises(Connection& connection, std::vector<std::string>& faults) {
    for (const Promise& promise : kPromises) {
        auto done = connection.run(fmt::format("{} ORDER BY 1", promise.query), {}, [&](const Row& row) {
            faults.push_back(fmt::format(fmt::runtime(promise.broken), row.text(0)));
        });
        if (!done) return done;
    }
    return {};
}

// Every run can be read, and its machine's class is what its machine has.
Result<void> check_runs(Connection& connection, std::vector<std::string>& faults) {
    const auto runs = list_runs(connection);
    if (!runs) return tl::unexpected(runs.error());
    for (const RunSummary& summary : *runs) {
        if (summary.machine_class != model::machine_class(summary.run.machine)) {
            faults.push_back(fmt::format("run {} has machine class '{}', its machine is '{}'", summary.run.id,
                                         summary.machine_class, model::machine_class(summary.run.machine)));
        }
        const auto record = load_run(connection, summary.run.id, Naming::as_measured);
        if (!record) faults.push_back(fmt::format("run {}: {}", summary.run.id, record.error().message));
        const auto pairs = pairs_of_run(connection, summary.run.id);
        if (!pairs) faults.push_back(fmt::format("run {}: {}", summary.run.id, pairs.error().message));
    }
    return {};
}

}  // namespace

Result<Collected> collect_garbage(Connection& connection) {
    Collected collected;
    const auto before = file_bytes(connection);
    if (!before) return tl::unexpected(before.error());
    collected.bytes_before = *before;
    {
        auto transaction = Transaction::begin(connection);
        if (!transaction) return tl::unexpected(transaction.error());
        if (auto idle = refuse_while_running(connection); !idle) return tl::unexpected(idle.error());
        if (auto done = remove_all(connection, collected); !done) return tl::unexpected(done.error());
        if (auto done = transaction->commit(); !done) return tl::unexpected(done.error());
    }
    // The log is written back at once, or the file would keep its size until it is opened again.
    auto packed = connection.script("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
    if (!packed) return tl::unexpected(packed.error());
    const auto after = file_bytes(connection);
    if (!after) return tl::unexpected(after.error());
    collected.bytes_after = *after;
    return collected;
}

Result<std::vector<std::string>> check_store(Connection& connection) {
    std::vector<std::string> faults;
    auto file = connection.run("PRAGMA integrity_check", {}, [&](const Row& row) {
        if (row.text(0) != "ok") faults.push_back("file: " + row.text(0));
    });
    if (!file) return tl::unexpected(file.error());
    // What a damaged file would say of references and promises is noise.
    if (!faults.empty()) return faults;
    auto references = connection.run("PRAGMA foreign_key_check", {}, [&](const Row& row) {
        faults.push_back(fmt::format("table {}: row {} refers to a row of {} that is missing", row.text(0),
                                     row.text(1), row.text(2)));
    });
    if (!references) return tl::unexpected(references.error());
    if (auto done = check_promises(connection, faults); !done) return tl::unexpected(done.error());
    if (auto done = check_runs(connection, faults); !done) return tl::unexpected(done.error());
    return faults;
}

}  // namespace harness::store
