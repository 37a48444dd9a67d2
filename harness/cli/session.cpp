#include "harness/cli/session.h"

#include "harness/cli/text.h"
#include "harness/run/owner.h"
#include "harness/store/open.h"
#include "harness/store/runs.h"

namespace harness::cli {

namespace {

Result<void> mark_abandoned_runs(store::Connection& connection) {
    const auto running = store::running_runs(connection);
    if (!running) return tl::unexpected(running.error());
    for (const store::OwnedRun& run : *running) {
        if (run::is_alive(run.owner)) continue;
        if (auto marked = store::mark_abandoned(connection, run.id); !marked) return marked;
    }
    return {};
}

}  // namespace

Result<store::Connection> open_session(const Globals& globals) {
    auto connection = store::open_store(globals.database, now_ns());
    if (!connection) return connection;
    if (auto marked = mark_abandoned_runs(*connection); !marked) return tl::unexpected(marked.error());
    return connection;
}

Result<std::string> choose_run(store::Connection& connection, const std::string& wanted) {
    if (!wanted.empty()) {
        const auto found = store::find_run(connection, wanted);
        if (!found) return tl::unexpected(found.error());
        return found->run.id;
    }
    const auto newest = store::newest_complete_run(connection);
    if (!newest) return tl::unexpected(newest.error());
    if (!*newest) return fail("there is no complete run yet: measure one with `vmbench run`");
    return **newest;
}

Result<void> check_complete(store::Connection& connection, const std::string& run_id) {
    const auto found = store::find_run(connection, run_id);
    if (!found) return tl::unexpected(found.error());
    if (found->run.status == model::RunStatus::complete) return {};
    return fail("run {} is not complete ({})", short_id(run_id), model::to_string(found->run.status));
}

}  // namespace harness::cli
