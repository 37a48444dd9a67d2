#include "harness/store/processes.h"

namespace harness::store {

namespace {

// The series this one follows when the benchmark's definition has changed: that of the newest older version.
constexpr std::string_view kInsertSeries =
    "INSERT INTO series (benchmark, definition_version, metric, unit, machine_class, direction, id, "
    "previous_id) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, (SELECT id FROM series WHERE benchmark = ?1 AND definition_version "
    "< ?2 "
    "AND metric = ?3 AND machine_class = ?5 ORDER BY definition_version DESC LIMIT 1))";

struct Series {
    std::string id;
    std::string direction;
};

Result<std::string> series_of(Connection& connection, const model::Sample& sample,
                              const std::string& machine_class, const RandomSource& random) {
    const std::vector<Value> key = {sample.benchmark, sample.definition_version, sample.metric, sample.unit,
                                    machine_class};
    Series known;
    auto found = connection.run(
        "SELECT id, direction FROM series WHERE benchmark = ?1 AND definition_version = ?2 AND metric = ?3 "
        "AND unit = ?4 AND machine_class = ?5",
        key, [&](const Row& row) {
            known = {row.text(0), row.text(1)};
        });
    if (!found) return tl::unexpected(found.error());
    const std::string_view direction = model::to_string(sample.direction);
    if (!known.id.empty() && known.direction != direction) {
        return fail(
            "'{}' says that {} {} is better, what is stored of its definition version {} says {}: raise the "
            "version",
            sample.benchmark, direction, sample.metric, sample.definition_version, known.direction);
    }
    if (!known.id.empty()) return known.id;
    const std::string id = make_uuid(random);
    std::vector<Value> values = key;
    values.emplace_back(direction);
    values.emplace_back(id);
    if (auto done = connection.run(kInsertSeries, values); !done) return tl::unexpected(done.error());
    return id;
}

Result<void> add_sample(Connection& connection, const model::Sample& sample, const std::string& machine_class,
                        const RandomSource& random) {
    const auto series = series_of(connection, sample, machine_class, random);
    if (!series) return tl::unexpected(series.error());
    return connection.run(
        "INSERT INTO sample (process_id, series_id, ordinal, value, iterations) VALUES (?1, ?2, ?3, ?4, ?5)",
        {sample.process_id, *series, sample.ordinal, sample.value, sample.iterations});
}

model::Process read_process(const Row& row) {
    model::Process process;
    process.id = row.text(0);
    process.run_id = row.text(1);
    process.build_id = row.text(2);
    process.benchmark = row.text(3);
    process.definition_version = static_cast<int>(row.integer(4));
    process.replicate = static_cast<int>(row.integer(5));
    process.position = static_cast<int>(row.integer(6));
    process.exit_status = row.integer(7);
    process.error = row.text(8);
    process.started_ns = row.integer(9);
    process.duration_ns = row.integer(10);
    process.user_ns = row.integer(11);
    process.system_ns = row.integer(12);
    process.max_rss_bytes = row.integer(13);
    return process;
}

model::Sample read_sample(const Row& row) {
    model::Sample sample;
    sample.process_id = row.text(0);
    sample.benchmark = row.text(1);
    sample.definition_version = static_cast<int>(row.integer(2));
    sample.metric = row.text(3);
    sample.unit = row.text(4);
    sample.direction = model::parse_direction(row.text(5)).value_or(model::Direction::lower);
    sample.ordinal = static_cast<int>(row.integer(6));
    sample.value = row.real(7);
    sample.iterations = row.integer(8);
    return sample;
}

}  // namespace

Result<void> add_process(Connection& connection, const model::Process& process,
                         const std::vector<model::Sample>& samples, const std::string& machine_class,
                         const RandomSource& random) {
    auto inserted = connection.run(
        "INSERT INTO process (id, run_id, build_id, benchmark, definition_version, replicate, position, "
        "exit_status, error, started_ns, duration_ns, user_ns, system_ns, max_rss_bytes) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        {process.id, process.run_id, process.build_id, process.benchmark, process.definition_version,
         process.replicate, process.position, process.exit_status, process.error, process.started_ns,
         process.duration_ns, process.user_ns, process.system_ns, process.max_rss_bytes});
    if (!inserted) return inserted;
    for (const model::Sample& sample : samples) {
        if (auto done = add_sample(connection, sample, machine_class, random); !done) return done;
    }
    return {};
}

Result<void> record_process(Connection& connection, const model::Process& process,
                            const std::vector<model::Sample>& samples, const std::string& machine_class,
                            const RandomSource& random) {
    auto transaction = Transaction::begin(connection);
    if (!transaction) return tl::unexpected(transaction.error());
    auto added = add_process(connection, process, samples, machine_class, random);
    if (!added) return added;
    return transaction->commit();
}

Result<std::vector<model::Process>> processes_of_run(Connection& connection, const std::string& run_id) {
    return connection.all(
        "SELECT id, run_id, build_id, benchmark, definition_version, replicate, position, exit_status, "
        "error, "
        "started_ns, duration_ns, user_ns, system_ns, max_rss_bytes FROM process WHERE run_id = ?1 ORDER BY "
        "position",
        {run_id}, read_process);
}

Result<std::vector<model::Sample>> samples_of_run(Connection& connection, const std::string& run_id) {
    return connection.all(
        "SELECT sample.process_id, series.benchmark, series.definition_version, series.metric, series.unit, "
        "series.direction, sample.ordinal, sample.value, sample.iterations FROM process "
        "JOIN sample ON sample.process_id = process.id JOIN series ON series.id = sample.series_id "
        "WHERE process.run_id = ?1 ORDER BY process.position, series.metric, sample.ordinal",
        {run_id}, read_sample);
}

}  // namespace harness::store
