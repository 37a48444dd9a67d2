#include "harness/store/duels.h"

#include <algorithm>
#include <map>

#include "harness/store/catalog.h"
#include "harness/store/pairs.h"

namespace harness::store {

Result<void> record_terms(Connection& connection, const std::string& run_id, const std::string& terms) {
    return connection.run(
        "INSERT INTO duel (run_id, terms) VALUES (?1, ?2) "
        "ON CONFLICT (run_id) DO UPDATE SET terms = excluded.terms",
        {run_id, terms});
}

Result<std::optional<std::string>> terms_of_run(Connection& connection, const std::string& run_id) {
    std::optional<std::string> terms;
    auto done = connection.run("SELECT terms FROM duel WHERE run_id = ?1", {run_id},
                               [&terms](const Row& row) { terms = row.text(0); });
    if (!done) return tl::unexpected(done.error());
    return terms;
}

Result<void> copy_duel(Connection& into, Connection& from, const std::string& run_id,
                       const RandomSource& random) {
    const auto terms = terms_of_run(from, run_id);
    if (!terms) return tl::unexpected(terms.error());
    if (*terms) {
        if (auto done = record_terms(into, run_id, **terms); !done) return done;
    }
    // Build ids differ from store to store.
    const auto builds = builds_of_run(from, run_id);
    if (!builds) return tl::unexpected(builds.error());
    std::map<std::string, std::string> ids;
    for (const model::Build& build : *builds) {
        const auto id = record_build(into, build, random);
        if (!id) return tl::unexpected(id.error());
        ids.emplace(build.id, *id);
    }
    auto pairs = pairs_of_run(from, run_id);
    if (!pairs) return tl::unexpected(pairs.error());
    for (StoredPair& pair : *pairs) {
        pair.base_build_id = ids.at(pair.base_build_id);
        pair.head_build_id = ids.at(pair.head_build_id);
        if (auto done = record_pair(into, pair); !done) return done;
    }
    return {};
}

Result<bool> same_pairs(Connection& one, Connection& other, const std::string& run_id) {
    const auto here = pairs_of_run(one, run_id);
    if (!here) return tl::unexpected(here.error());
    const auto there = pairs_of_run(other, run_id);
    if (!there) return tl::unexpected(there.error());
    return std::ranges::equal(*here, *there, [](const StoredPair& left, const StoredPair& right) {
        return left.id == right.id && left.benchmark == right.benchmark && left.stage == right.stage &&
               left.pair == right.pair;
    });
}

}  // namespace harness::store
