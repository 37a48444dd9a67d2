#include "harness/store/merge.h"

#include <algorithm>
#include <iterator>

#include "harness/store/baselines.h"
#include "harness/store/duels.h"
#include "harness/store/exchange.h"
#include "harness/store/nights.h"
#include "harness/store/runs.h"

namespace harness::store {

namespace {

Result<void> merge_pairs(Connection& into, Connection& from, const std::string& run_id, bool is_known,
                         const RandomSource& random) {
    if (!is_known) return copy_duel(into, from, run_id, random);
    const auto same = same_pairs(into, from, run_id);
    if (!same) return tl::unexpected(same.error());
    if (!*same) return fail("run {} is in the store already, with other pairs", run_id);
    return {};
}

// Runs are large, so that they are held one at a time.
Result<void> merge_runs(Connection& into, Connection& from, Merged& merged, const RandomSource& random) {
    const auto runs = list_runs(from);
    if (!runs) return tl::unexpected(runs.error());
    const auto suites = all_suites(from);
    if (!suites) return tl::unexpected(suites.error());
    for (const RunSummary& summary : *runs) {
        if (summary.run.status == model::RunStatus::running) {
            ++merged.running_runs;
            continue;
        }
        const auto record = load_portable(from, summary.run.id);
        if (!record) return tl::unexpected(record.error());
        const auto added = add_runs(into, *suites, {*record}, Duplicates::must_be_equal, random);
        if (!added) return tl::unexpected(added.error());
        if (auto done = merge_pairs(into, from, summary.run.id, added->known_runs != 0, random); !done)
            return done;
        merged.new_runs += added->new_runs;
        merged.known_runs += added->known_runs;
    }
    return {};
}

// The runs of a baseline that have been merged; one that is still being measured is not here.
Result<std::vector<std::string>> present(Connection& into, const model::Baseline& baseline) {
    std::vector<std::string> ids;
    for (const std::string& id : baseline.runs) {
        auto found = into.run("SELECT id FROM run WHERE id = ?1", {id},
                              [&](const Row& row) { ids.push_back(row.text(0)); });
        if (!found) return tl::unexpected(found.error());
    }
    return ids;
}

Result<void> merge_baselines(Connection& into, Connection& from, Merged& merged, const RandomSource& random) {
    const auto theirs = list_baselines(from);
    if (!theirs) return tl::unexpected(theirs.error());
    const auto ours = list_baselines(into);
    if (!ours) return tl::unexpected(ours.error());
    for (const model::Baseline& baseline : *theirs) {
        const auto known = std::ranges::find(*ours, baseline.name, &model::Baseline::name);
        if (known != ours->end()) {
            if (known->runs != baseline.runs) merged.kept_baselines.push_back(baseline.name);
            continue;
        }
        const auto ids = present(into, baseline);
        if (!ids) return tl::unexpected(ids.error());
        auto set = set_baseline(into, baseline.name, *ids, random, baseline.created_ns);
        if (!set) return set;
        ++merged.new_baselines;
    }
    return {};
}

// Copies a query's rows of texts and numbers as the parameters of `insert`.
Result<void> copy(Connection& into, Connection& from, std::string_view query, std::size_t columns,
                  std::string_view insert) {
    auto statement = into.prepare(insert);
    if (!statement) return tl::unexpected(statement.error());
    Result<void> done;
    auto read = from.run(query, {}, [&](const Row& row) {
        if (!done) return;
        std::vector<Value> values;
        for (std::size_t i = 0; i < columns; ++i) values.emplace_back(row.text(static_cast<int>(i)));
        done = statement->run(values);
    });
    return read ? done : read;
}

Result<void> merge_texts(Connection& into, Connection& from) {
    auto aliases = copy(into, from, "SELECT old_benchmark, new_benchmark, created_ns, reason FROM alias", 4,
                        "INSERT INTO alias (old_benchmark, new_benchmark, created_ns, reason) "
                        "VALUES (?1, ?2, CAST(?3 AS INTEGER), ?4) ON CONFLICT DO NOTHING");
    if (!aliases) return aliases;
    return copy(
        into, from,
        "SELECT decision.id, created_ns, benchmark, metric, run_id, kind, author, reason FROM decision "
        "JOIN run ON run.id = run_id WHERE status <> 'running'",
        8,
        "INSERT INTO decision (id, created_ns, benchmark, metric, run_id, kind, author, reason) "
        "VALUES (?1, CAST(?2 AS INTEGER), ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING");
}

}  // namespace

Result<Merged> merge(Connection& into, Connection& from, const RandomSource& random) {
    auto transaction = Transaction::begin(into);
    if (!transaction) return tl::unexpected(transaction.error());
    Merged merged;
    if (auto done = merge_runs(into, from, merged, random); !done) return tl::unexpected(done.error());
    if (auto done = merge_baselines(into, from, merged, random); !done) return tl::unexpected(done.error());
    if (auto done = merge_texts(into, from); !done) return tl::unexpected(done.error());
    const auto nights = list_nights(from);
    if (!nights) return tl::unexpected(nights.error());
    merged.left_nights = nights->size();
    if (auto done = transaction->commit(); !done) return tl::unexpected(done.error());
    return merged;
}

}  // namespace harness::store
