#include "harness/store/baselines.h"

#include <algorithm>

namespace harness::store {

namespace {

Result<std::vector<std::string>> runs_of(Connection& connection, const std::string& baseline_id) {
    return connection.all(
        "SELECT run.id FROM baseline_run JOIN run ON run.id = baseline_run.run_id WHERE baseline_id = ?1 "
        "ORDER BY run.started_ns, run.id",
        {baseline_id}, [](const Row& row) { return row.text(0); });
}

Result<std::string> replace_baseline(Connection& connection, const std::string& name,
                                     const RandomSource& random, std::int64_t now_ns) {
    // Deleting takes its rows of baseline_run along.
    auto removed = connection.run("DELETE FROM baseline WHERE name = ?1", {name});
    if (!removed) return tl::unexpected(removed.error());
    const std::string id = make_uuid(random);
    auto made =
        connection.run("INSERT INTO baseline (id, name, created_ns) VALUES (?1, ?2, ?3)", {id, name, now_ns});
    if (!made) return tl::unexpected(made.error());
    return id;
}

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._-+/").find(c) != std::string_view::npos;
}

}  // namespace

Result<void> check_baseline_name(const std::string& name) {
    constexpr std::size_t kLongest = 100;
    const bool plain = std::ranges::all_of(name, is_name_character);
    if (name.empty() || name.size() > kLongest || !plain || name.starts_with('-')) {
        return fail("'{}' cannot name a baseline: use up to {} letters, digits and . _ - + /", name,
                    kLongest);
    }
    return {};
}

Result<void> set_baseline(Connection& connection, const std::string& name,
                          const std::vector<std::string>& run_ids, const RandomSource& random,
                          std::int64_t now_ns) {
    const auto id = replace_baseline(connection, name, random, now_ns);
    if (!id) return tl::unexpected(id.error());
    for (const std::string& run : run_ids) {
        auto added =
            connection.run("INSERT INTO baseline_run (baseline_id, run_id) VALUES (?1, ?2)", {*id, run});
        if (!added) return added;
    }
    return {};
}

Result<void> save_baseline(Connection& connection, const std::string& name,
                           const std::vector<std::string>& run_ids, const RandomSource& random,
                           std::int64_t now_ns) {
    if (auto valid = check_baseline_name(name); !valid) return valid;
    auto transaction = Transaction::begin(connection);
    if (!transaction) return tl::unexpected(transaction.error());
    if (auto set = set_baseline(connection, name, run_ids, random, now_ns); !set) return set;
    return transaction->commit();
}

Result<std::vector<model::Baseline>> list_baselines(Connection& connection) {
    auto baselines =
        connection.all("SELECT id, name, created_ns FROM baseline ORDER BY name", {}, [](const Row& row) {
            return model::Baseline{row.text(0), row.text(1), row.integer(2), {}};
        });
    if (!baselines) return baselines;
    for (model::Baseline& baseline : *baselines) {
        auto runs = runs_of(connection, baseline.id);
        if (!runs) return tl::unexpected(runs.error());
        baseline.runs = std::move(*runs);
    }
    return baselines;
}

Result<model::Baseline> find_baseline(Connection& connection, const std::string& name) {
    auto baselines = list_baselines(connection);
    if (!baselines) return tl::unexpected(baselines.error());
    const auto found = std::ranges::find(*baselines, name, &model::Baseline::name);
    if (found != baselines->end()) return std::move(*found);
    if (baselines->empty()) {
        return fail("no baseline '{}': there are none yet (make one with `vmbench save-baseline NAME`)",
                    name);
    }
    return fail("no baseline '{}' (see `vmbench baselines`)", name);
}

Result<void> delete_baseline(Connection& connection, const std::string& name) {
    const auto baseline = find_baseline(connection, name);
    if (!baseline) return tl::unexpected(baseline.error());
    return connection.run("DELETE FROM baseline WHERE id = ?1", {baseline->id});
}

Result<void> rename_baseline(Connection& connection, const std::string& name, const std::string& new_name) {
    if (auto valid = check_baseline_name(new_name); !valid) return valid;
    const auto baseline = find_baseline(connection, name);
    if (!baseline) return tl::unexpected(baseline.error());
    if (find_baseline(connection, new_name)) {
        return fail("baseline '{}' exists already: delete it first", new_name);
    }
    return connection.run("UPDATE baseline SET name = ?2 WHERE id = ?1", {baseline->id, new_name});
}

}  // namespace harness::store
