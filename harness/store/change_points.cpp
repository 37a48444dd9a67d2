#include "harness/store/change_points.h"

#include "harness/model/names.h"

namespace harness::store {

namespace {

constexpr model::Name<ChangeState> kStates[] = {{ChangeState::found, "found"},
                                                {ChangeState::confirmed, "confirmed"},
                                                {ChangeState::unconfirmed, "unconfirmed"}};

Value text_or_null(const std::string& text) {
    return text.empty() ? Value(std::optional<std::string>()) : Value(text);
}

std::optional<double> maybe(const Row& row, int column) {
    return row.is_null(column) ? std::nullopt : std::optional(row.real(column));
}

KnownChange read_change(const Row& row) {
    KnownChange change;
    change.id = row.text(0);
    change.trend = row.integer(1);
    change.last_night = row.integer(2);
    change.first_night = row.integer(3);
    change.level_before = row.real(4);
    change.level_after = row.real(5);
    // The table's check holds, so the word is known.
    change.state = model::value_of<ChangeState>(kStates, "state", row.text(6)).value_or(ChangeState::found);
    if (!row.is_null(7)) change.commits = row.integer(7);
    change.run_id = row.text(8);
    change.low = maybe(row, 9);
    change.high = maybe(row, 10);
    change.found_ns = row.integer(11);
    change.note = row.text(12);
    return change;
}

}  // namespace

std::string_view to_string(ChangeState state) { return model::name_of<ChangeState>(kStates, state); }

Result<void> record_change(Connection& connection, const KnownChange& change, const RandomSource& random) {
    return connection.run(
        "INSERT INTO change_point (id, trend, last_night, first_night, level_before, level_after, state, "
        "commits, run_id, low, high, found_ns, note) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
        "?12, ?13) ON CONFLICT DO NOTHING",
        {make_uuid(random), change.trend, change.last_night, change.first_night, change.level_before,
         change.level_after, to_string(change.state), change.commits, text_or_null(change.run_id), change.low,
         change.high, change.found_ns, change.note});
}

Result<void> update_change(Connection& connection, const KnownChange& change) {
    return connection.run(
        "UPDATE change_point SET state = ?2, run_id = ?3, low = ?4, high = ?5, note = ?6 WHERE id = ?1",
        {change.id, to_string(change.state), text_or_null(change.run_id), change.low, change.high,
         change.note});
}

Result<std::vector<KnownChange>> list_changes(Connection& connection) {
    return connection.all(
        "SELECT id, trend, last_night, first_night, level_before, level_after, state, commits, run_id, low, "
        "high, found_ns, note FROM change_point ORDER BY first_night, trend",
        {}, read_change);
}

}  // namespace harness::store
