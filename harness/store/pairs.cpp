#include "harness/store/pairs.h"

#include <nlohmann/json.hpp>

#include "harness/model/names.h"
#include "harness/store/slice_blob.h"

namespace harness::store {

namespace {

using model::Name;

constexpr Name<Stage> kStages[] = {
    {Stage::control, "control"}, {Stage::screening, "screening"}, {Stage::fresh, "fresh"}};
constexpr Name<model::PairMethod> kMethods[] = {{model::PairMethod::slices, "slices"},
                                                {model::PairMethod::processes, "processes"}};
constexpr Name<model::PairEnding> kEndings[] = {{model::PairEnding::measured, "measured"},
                                                {model::PairEnding::failed, "failed"},
                                                {model::PairEnding::not_comparable, "not comparable"},
                                                {model::PairEnding::interrupted, "interrupted"}};
constexpr Name<model::Side> kSides[] = {{model::Side::base, "base"}, {model::Side::head, "head"}};

constexpr const char* kColumns =
    "id, run_id, benchmark, definition_version, stage, position, base_build_id, head_build_id, method, seed, "
    "iterations, worker_cpu, harness_cpu, slowdown, clock_resolution_ns, canary_level_ns, steal_ns, "
    "duration_ns, ending, failed_side, error, base_program, head_program, base_counters, head_counters, "
    "base_rss_bytes, head_rss_bytes, slices";

template <class T>
std::string_view name(std::span<const Name<T>> names, T value) {
    return model::name_of(names, value);
}

std::optional<std::int64_t> maybe(const Row& row, int column) {
    return row.is_null(column) ? std::nullopt : std::optional(row.integer(column));
}

std::optional<int> maybe_cpu(const Row& row, int column) {
    const auto number = maybe(row, column);
    return number ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

Result<std::map<std::string, double>> read_counters(const std::string& text) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object()) return fail("damaged counters");
    std::map<std::string, double> counters;
    for (const auto& [key, value] : json.items()) {
        if (!value.is_number()) return fail("damaged counters");
        counters.emplace(key, value.get<double>());
    }
    return counters;
}

// The words of one row, which the schema does not all check.
Result<void> read_words(const Row& row, StoredPair& stored) {
    const auto stage = model::value_of<Stage>(kStages, "stage", row.text(4));
    if (!stage) return tl::unexpected(stage.error());
    const auto method = model::value_of<model::PairMethod>(kMethods, "method", row.text(8));
    if (!method) return tl::unexpected(method.error());
    const auto ending = model::value_of<model::PairEnding>(kEndings, "ending", row.text(18));
    if (!ending) return tl::unexpected(ending.error());
    stored.stage = *stage;
    stored.pair.method = *method;
    stored.pair.ending = *ending;
    if (row.is_null(19)) return {};
    const auto side = model::value_of<model::Side>(kSides, "side", row.text(19));
    if (!side) return tl::unexpected(side.error());
    stored.pair.failed_side = *side;
    return {};
}

Result<void> read_measured(const Row& row, model::Pair& pair) {
    auto base_counters = read_counters(row.text(23));
    if (!base_counters) return tl::unexpected(base_counters.error());
    auto head_counters = read_counters(row.text(24));
    if (!head_counters) return tl::unexpected(head_counters.error());
    auto slices = unpack_slices(row.bytes(27));
    if (!slices) return tl::unexpected(slices.error());
    pair.base = {row.text(21), std::move(*base_counters), row.integer(25)};
    pair.head = {row.text(22), std::move(*head_counters), row.integer(26)};
    pair.slices = std::move(*slices);
    return {};
}

void read_numbers(const Row& row, model::Pair& pair) {
    pair.seed = static_cast<std::uint64_t>(row.integer(9));
    pair.iterations = row.integer(10);
    pair.worker_cpu = maybe_cpu(row, 11);
    pair.harness_cpu = maybe_cpu(row, 12);
    pair.slowdown = row.real(13);
    pair.clock_resolution_ns = row.integer(14);
    pair.canary_level_ns = row.integer(15);
    pair.steal_ns = maybe(row, 16);
    pair.duration_ns = row.integer(17);
    pair.error = row.text(20);
}

Result<StoredPair> read_pair(const Row& row) {
    StoredPair stored;
    stored.id = row.text(0);
    stored.run_id = row.text(1);
    stored.benchmark = row.text(2);
    stored.definition_version = static_cast<int>(row.integer(3));
    stored.position = static_cast<int>(row.integer(5));
    stored.base_build_id = row.text(6);
    stored.head_build_id = row.text(7);
    read_numbers(row, stored.pair);
    auto done = read_words(row, stored);
    if (done) done = read_measured(row, stored.pair);
    if (!done) return fail("pair {}: {}", stored.id, done.error().message);
    return stored;
}

}  // namespace

Result<void> record_pair(Connection& connection, const StoredPair& stored) {
    const model::Pair& pair = stored.pair;
    // Not the optional of a view: GCC 12 fears to read an empty one (-Wmaybe-uninitialized).
    std::optional<std::string> side;
    if (pair.failed_side) side = name<model::Side>(kSides, *pair.failed_side);
    return connection.run(
        fmt::format(
            "INSERT INTO pair ({}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, "
            "?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28)",
            kColumns),
        {stored.id,
         stored.run_id,
         stored.benchmark,
         stored.definition_version,
         name<Stage>(kStages, stored.stage),
         stored.position,
         stored.base_build_id,
         stored.head_build_id,
         name<model::PairMethod>(kMethods, pair.method),
         static_cast<std::int64_t>(pair.seed),
         pair.iterations,
         pair.worker_cpu,
         pair.harness_cpu,
         pair.slowdown,
         pair.clock_resolution_ns,
         pair.canary_level_ns,
         pair.steal_ns,
         pair.duration_ns,
         name<model::PairEnding>(kEndings, pair.ending),
         side,
         pair.error,
         pair.base.program,
         pair.head.program,
         nlohmann::json(pair.base.counters).dump(),
         nlohmann::json(pair.head.counters).dump(),
         pair.base.max_rss_bytes,
         pair.head.max_rss_bytes,
         Blob{pack_slices(pair.slices)}});
}

namespace {

Result<std::vector<StoredPair>> read_pairs(Connection& connection, std::string_view condition,
                                           const std::vector<Value>& values) {
    std::vector<StoredPair> pairs;
    Result<void> healthy;
    auto done =
        connection.run(fmt::format("SELECT {} FROM pair WHERE {} ORDER BY position", kColumns, condition),
                       values, [&](const Row& row) {
                           auto read = read_pair(row);
                           if (read) pairs.push_back(std::move(*read));
                           if (!read && healthy) healthy = tl::unexpected(read.error());
                       });
    if (!done) return tl::unexpected(done.error());
    if (!healthy) return tl::unexpected(healthy.error());
    return pairs;
}

}  // namespace

Result<std::vector<StoredPair>> pairs_of_run(Connection& connection, const std::string& run_id) {
    return read_pairs(connection, "run_id = ?1", {run_id});
}

Result<std::vector<StoredPair>> last_screening(Connection& connection, const std::string& benchmark) {
    return read_pairs(connection,
                      "benchmark = ?1 AND stage = 'screening' AND run_id = (SELECT run.id FROM run JOIN pair "
                      "ON pair.run_id = run.id WHERE pair.benchmark = ?1 AND stage = 'screening' "
                      "ORDER BY started_ns DESC LIMIT 1)",
                      {benchmark});
}

Result<std::map<std::string, std::string>> program_hashes_of_pairs(Connection& connection,
                                                                   const std::string& run_id) {
    std::map<std::string, std::string> hashes;
    auto done = connection.run(
        "SELECT id, program_hash FROM build WHERE id IN (SELECT base_build_id FROM pair WHERE run_id = ?1 "
        "UNION SELECT head_build_id FROM pair WHERE run_id = ?1)",
        {run_id}, [&](const Row& row) { hashes.emplace(row.text(0), row.text(1)); });
    if (!done) return tl::unexpected(done.error());
    return hashes;
}

Result<std::vector<std::string>> runs_of_equal_sides(Connection& connection, const std::string& note) {
    std::vector<std::string> runs;
    auto done = connection.run(
        "SELECT run.id FROM run JOIN pair ON pair.run_id = run.id GROUP BY run.id "
        "HAVING run.note = ?1 OR COUNT(*) = SUM(pair.stage = 'control') ORDER BY run.started_ns, run.id",
        {note}, [&](const Row& row) { runs.push_back(row.text(0)); });
    if (!done) return tl::unexpected(done.error());
    return runs;
}

}  // namespace harness::store
