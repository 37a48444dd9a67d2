#include "harness/store/decisions.h"

namespace harness::store {

namespace {

Result<std::string> first_text(Connection& connection, std::string_view sql, const std::string& parameter) {
    std::string text;
    auto done = connection.run(sql, {parameter}, [&](const Row& row) { text = row.text(0); });
    if (!done) return tl::unexpected(done.error());
    return text;
}

}  // namespace

Result<void> record_decision(Connection& connection, const Decision& decision) {
    return connection.run(
        "INSERT INTO decision (id, created_ns, benchmark, metric, run_id, kind, author, reason) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        {decision.id, decision.created_ns, decision.benchmark, decision.metric, decision.run_id,
         decision.kind, decision.author, decision.reason});
}

Result<std::vector<Decision>> list_decisions(Connection& connection) {
    return connection.all(
        "SELECT id, created_ns, benchmark, metric, run_id, kind, author, reason FROM decision "
        "ORDER BY created_ns, id",
        {}, [](const Row& row) {
            return Decision{row.text(0), row.integer(1), row.text(2), row.text(3),
                            row.text(4), row.text(5),    row.text(6), row.text(7)};
        });
}

Result<std::string> newest_run_with(Connection& connection, const std::string& benchmark) {
    return first_text(connection,
                      "SELECT id FROM run WHERE id IN (SELECT run_id FROM process WHERE benchmark = ?1 "
                      "UNION SELECT run_id FROM pair WHERE benchmark = ?1) "
                      "ORDER BY started_ns DESC, id LIMIT 1",
                      benchmark);
}

Result<std::string> newest_run_with_suite(Connection& connection, const std::string& suite) {
    return first_text(connection,
                      "WITH known AS (SELECT id FROM benchmark WHERE suite = ?1) SELECT id FROM run WHERE id "
                      "IN (SELECT run_id FROM process WHERE benchmark IN known "
                      "UNION SELECT run_id FROM pair WHERE benchmark IN known) "
                      "ORDER BY started_ns DESC, id LIMIT 1",
                      suite);
}

}  // namespace harness::store
