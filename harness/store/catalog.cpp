#include "harness/store/catalog.h"

#include "harness/store/columns.h"

namespace harness::store {

namespace {

Result<std::string> find_id(Connection& connection, std::string_view query,
                            const std::vector<Value>& values) {
    std::string id;
    auto done = connection.run(query, values, [&](const Row& row) { id = row.text(0); });
    if (!done) return tl::unexpected(done.error());
    return id;
}

struct Field {
    std::string_view column;
    Value value;
};

// The id of the table's row with this content, which is added when there is none.
Result<std::string> id_of(Connection& connection, std::string_view table, const std::vector<Field>& content,
                          const RandomSource& random) {
    std::string condition;
    std::string columns;
    std::string places;
    std::vector<Value> values;
    for (const Field& field : content) {
        values.push_back(field.value);
        condition += fmt::format("{}{} = ?{}", condition.empty() ? "" : " AND ", field.column, values.size());
        columns += fmt::format("{}, ", field.column);
        places += fmt::format("?{}, ", values.size());
    }
    auto known = find_id(connection, fmt::format("SELECT id FROM {} WHERE {}", table, condition), values);
    if (!known || !known->empty()) return known;
    const std::string id = make_uuid(random);
    values.emplace_back(id);
    auto done = connection.run(
        fmt::format("INSERT INTO {} ({}id) VALUES ({}?{})", table, columns, places, values.size()), values);
    if (!done) return tl::unexpected(done.error());
    return id;
}

std::string_view on_conflict(Known known, std::string_view update) {
    return known == Known::update ? update : "NOTHING";
}

}  // namespace

Result<void> record_suite(Connection& connection, const SuiteText& suite, Known known) {
    constexpr std::string_view kUpdate =
        "UPDATE SET title = excluded.title, question = excluded.question, description = excluded.description";
    return connection.run(
        fmt::format("INSERT INTO suite (name, title, question, description) VALUES (?1, ?2, ?3, ?4) "
                    "ON CONFLICT (name) DO {}",
                    on_conflict(known, kUpdate)),
        {suite.name, suite.title, suite.question, suite.description});
}

Result<std::vector<SuiteText>> all_suites(Connection& connection) {
    return connection.all("SELECT name, title, question, description FROM suite ORDER BY name", {},
                          [](const Row& row) {
                              return SuiteText{row.text(0), row.text(1), row.text(2), row.text(3)};
                          });
}

Result<void> record_benchmark(Connection& connection, const model::Benchmark& benchmark, Known known) {
    constexpr std::string_view kUpdate =
        "UPDATE SET time_source = excluded.time_source, metrics = excluded.metrics, tags = excluded.tags, "
        "targets = excluded.targets, versus = excluded.versus";
    return connection.run(
        fmt::format(
            "INSERT INTO benchmark (id, definition_version, suite, case_id, time_source, metrics, tags, "
            "targets, versus) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (id, "
            "definition_version) DO {}",
            on_conflict(known, kUpdate)),
        {benchmark.id, benchmark.definition_version, benchmark.suite, benchmark.case_id,
         model::to_string(benchmark.time_source), metrics_text(benchmark.metrics), tags_text(benchmark.tags),
         targets_text(benchmark.targets), versus_text(benchmark.versus)});
}

Result<bool> has_benchmark(Connection& connection, const std::string& benchmark) {
    const auto found = find_id(connection, "SELECT id FROM benchmark WHERE id = ?1 LIMIT 1", {benchmark});
    if (!found) return tl::unexpected(found.error());
    return !found->empty();
}

Result<std::vector<model::Benchmark>> benchmarks_of_run(Connection& connection, const std::string& run_id) {
    auto rows = connection.all(
        "SELECT id, definition_version, suite, case_id, time_source, metrics, tags, targets, versus "
        "FROM benchmark WHERE (id, definition_version) IN (SELECT benchmark, definition_version FROM process "
        "WHERE run_id = ?1 UNION SELECT benchmark, definition_version FROM pair WHERE run_id = ?1) "
        "ORDER BY id, definition_version",
        {run_id}, [](const Row& row) { return read_benchmark(row); });
    if (!rows) return tl::unexpected(rows.error());
    std::vector<model::Benchmark> benchmarks;
    for (auto& row : *rows) {
        if (!row) return fail("database '{}': {}", connection.path(), row.error().message);
        benchmarks.push_back(std::move(*row));
    }
    return benchmarks;
}

Result<std::string> record_machine(Connection& connection, const model::Machine& machine,
                                   const RandomSource& random) {
    return id_of(connection, "machine",
                 {{"machine_class", model::machine_class(machine)},
                  {"cpu_model", machine.cpu_model},
                  {"cores", machine.cores},
                  {"memory_bytes", machine.memory_bytes},
                  {"kernel", machine.kernel},
                  {"governor", machine.governor},
                  {"virtualised", machine.virtualised ? 1 : 0},
                  {"numa_nodes", machine.numa_nodes}},
                 random);
}

Result<std::string> record_build(Connection& connection, const model::Build& build,
                                 const RandomSource& random) {
    return id_of(connection, "build",
                 {{"revision", build.revision},
                  {"dirty", build.dirty ? 1 : 0},
                  {"compiler", build.compiler},
                  {"flags", build.flags},
                  {"program_hash", build.program_hash}},
                 random);
}

Result<std::vector<model::Build>> builds_of_run(Connection& connection, const std::string& run_id) {
    return connection.all(
        "SELECT id, revision, dirty, compiler, flags, program_hash FROM build "
        "WHERE id IN (SELECT build_id FROM process WHERE run_id = ?1 UNION SELECT base_build_id FROM pair "
        "WHERE run_id = ?1 UNION SELECT head_build_id FROM pair WHERE run_id = ?1) "
        "ORDER BY revision, dirty, compiler, flags, program_hash",
        {run_id}, [](const Row& row) {
            return model::Build{row.text(0), row.text(1), row.integer(2) != 0,
                                row.text(3), row.text(4), row.text(5)};
        });
}

}  // namespace harness::store
