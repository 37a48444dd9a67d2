#include "harness/store/nights.h"

namespace harness::store {

namespace {

Night read_night(const Row& row) {
    Night night;
    night.number = row.integer(0);
    night.id = row.text(1);
    night.run_id = row.text(2);
    night.started_ns = row.integer(3);
    if (!row.is_null(4)) night.finished_ns = row.integer(4);
    // The table's check holds, so the word is known.
    night.status = model::parse_run_status(row.text(5)).value_or(model::RunStatus::interrupted);
    night.head_revision = row.text(6);
    night.reference_revision = row.text(7);
    night.machine_class = row.text(8);
    night.release = row.text(9);
    night.owner = row.text(10);
    night.note = row.text(11);
    return night;
}

Value text_or_null(const std::string& text) {
    return text.empty() ? Value(std::optional<std::string>()) : Value(text);
}

}  // namespace

Result<std::int64_t> begin_night(Connection& connection, const Night& night) {
    auto inserted = connection.run(
        "INSERT INTO night (id, run_id, started_ns, finished_ns, status, head_revision, reference_revision, "
        "machine_class, release, owner, note) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        {night.id, text_or_null(night.run_id), night.started_ns, night.finished_ns,
         model::to_string(night.status), night.head_revision, night.reference_revision, night.machine_class,
         night.release, night.owner, night.note});
    if (!inserted) return tl::unexpected(inserted.error());
    std::int64_t number = 0;
    auto found = connection.run("SELECT number FROM night WHERE id = ?1", {night.id},
                                [&](const Row& row) { number = row.integer(0); });
    if (!found) return tl::unexpected(found.error());
    return number;
}

Result<void> set_run_of_night(Connection& connection, std::int64_t number, const std::string& run_id) {
    return connection.run("UPDATE night SET run_id = ?2 WHERE number = ?1", {number, run_id});
}

Result<void> finish_night(Connection& connection, std::int64_t number, model::RunStatus status,
                          std::int64_t finished_ns, const std::string& note) {
    return connection.run(
        "UPDATE night SET status = ?2, finished_ns = ?3, note = ?4, owner = '' WHERE number = ?1",
        {number, model::to_string(status), finished_ns, note});
}

Result<std::vector<Night>> list_nights(Connection& connection) {
    return connection.all(
        "SELECT number, id, run_id, started_ns, finished_ns, status, head_revision, reference_revision, "
        "machine_class, release, owner, note FROM night ORDER BY number",
        {}, read_night);
}

Result<std::int64_t> drop_old_pairs(Connection& connection, std::int64_t keep) {
    const std::string old =
        "IN (SELECT run_id FROM night WHERE run_id IS NOT NULL AND status <> 'running' AND number NOT IN "
        "(SELECT number FROM night ORDER BY number DESC LIMIT ?1))";
    auto transaction = Transaction::begin(connection);
    if (!transaction) return tl::unexpected(transaction.error());
    std::int64_t dropped = 0;
    auto done = connection.run("DELETE FROM pair WHERE run_id " + old, {keep});
    if (done)
        done = connection.run("SELECT changes()", {}, [&](const Row& row) { dropped = row.integer(0); });
    // Without its pairs nothing of such a run can be judged again.
    for (const char* table : {"verdict", "duel"}) {
        if (done) done = connection.run(fmt::format("DELETE FROM {} WHERE run_id {}", table, old), {keep});
    }
    if (done) done = transaction->commit();
    if (!done) return tl::unexpected(done.error());
    return dropped;
}

}  // namespace harness::store
