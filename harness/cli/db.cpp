#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/cli/command.h"
#include "harness/cli/session.h"
#include "harness/cli/text.h"
#include "harness/store/maintenance.h"
#include "harness/store/merge.h"
#include "harness/store/open.h"

namespace harness::cli {

namespace {

namespace fs = std::filesystem;

struct Options {
    std::string other;
};

// Opening creates what is missing; a store to read from must be there.
Result<store::Connection> open_other(const std::string& path, const Globals& globals) {
    std::error_code error;
    if (!fs::is_regular_file(path, error))
        return fail("cannot read database '{}': there is no such file", path);
    if (fs::equivalent(path, globals.database, error)) {
        return fail("'{}' is the store itself: name another one", path);
    }
    return store::open_store(path, now_ns());
}

Outcome merge(store::Connection& connection, const std::string& path, const Globals& globals) {
    auto other = open_other(path, globals);
    if (!other) return tl::unexpected(other.error());
    const auto merged = store::merge(connection, *other, store::system_random());
    if (!merged) return fail("cannot merge '{}': {}", path, merged.error().message);
    fmt::print("{} added, {} known already, {} added\n", counted(merged->new_runs, "run"), merged->known_runs,
               counted(merged->new_baselines, "baseline"));
    if (merged->running_runs > 0) {
        fmt::print("left out, still being measured: {}\n", counted(merged->running_runs, "run"));
    }
    if (merged->left_nights > 0) {
        fmt::print("left out, a history of its own: {}\n", counted(merged->left_nights, "night"));
    }
    if (!merged->kept_baselines.empty()) {
        fmt::print("kept as they are here, other runs there: {}\n", fmt::join(merged->kept_baselines, ", "));
    }
    return model::ExitCode::ok;
}

Outcome collect(store::Connection& connection) {
    const auto collected = store::collect_garbage(connection);
    if (!collected) return tl::unexpected(collected.error());
    fmt::print("removed {} derived and {} orphaned rows; {} bytes were {}\n", collected->derived_rows,
               collected->orphaned_rows, collected->bytes_after, collected->bytes_before);
    return model::ExitCode::ok;
}

Outcome check(store::Connection& connection) {
    const auto faults = store::check_store(connection);
    if (!faults) return tl::unexpected(faults.error());
    for (const std::string& fault : *faults) fmt::print("{}\n", fault);
    if (!faults->empty()) {
        return fail("database '{}' has {}", connection.path(), counted(faults->size(), "fault"));
    }
    fmt::print("database '{}' is sound\n", connection.path());
    return model::ExitCode::ok;
}

}  // namespace

Action declare_db(CLI::App& app, const Globals& globals) {
    const auto options = std::make_shared<Options>();
    app.require_subcommand(1);
    CLI::App* merging = app.add_subcommand("merge", "Add the runs and baselines of another store");
    merging->fallthrough();
    merging->add_option("OTHER", options->other, "The other store, an SQLite file; it stays as it is")
        ->required();
    app.add_subcommand("gc", "Drop what can be computed again and what nothing uses, and pack the file")
        ->fallthrough();
    app.add_subcommand("check", "Check the file, its references and what the tables promise")->fallthrough();
    return [options, &app, &globals]() -> Outcome {
        auto connection = open_session(globals);
        if (!connection) return tl::unexpected(connection.error());
        if (app.got_subcommand("merge")) return merge(*connection, options->other, globals);
        if (app.got_subcommand("gc")) return collect(*connection);
        return check(*connection);
    };
}

}  // namespace harness::cli
