#include "harness/store/runs.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/cli/command.h"
#include "harness/cli/session.h"
#include "harness/cli/text.h"

namespace harness::cli {

namespace {

std::string status_text(const store::RunSummary& run) {
    if (run.run.status == model::RunStatus::interrupted) {
        return fmt::format("incomplete ({} of {} processes)", run.processes, run.run.planned_processes);
    }
    return std::string(model::to_string(run.run.status));
}

std::vector<std::string> row_of(const store::RunSummary& run) {
    std::vector<std::string> revisions;
    for (const std::string& revision : run.revisions) {
        // Twelve characters name a commit; the mark of a changed work tree stays.
        revisions.push_back(revision.substr(0, 12) +
                            (revision.ends_with('+') && revision.size() > 12 ? "+" : ""));
    }
    std::string benchmarks = counted(static_cast<std::size_t>(run.benchmarks), "benchmark");
    if (run.failed_benchmarks > 0) benchmarks += fmt::format(" ({} failed)", run.failed_benchmarks);
    return {short_id(run.run.id),
            date_text(run.run.started_ns),
            std::string(model::to_string(run.run.profile)),
            status_text(run),
            benchmarks,
            fmt::format("{}", fmt::join(revisions, " ")),
            run.machine_class};
}

Outcome show_runs(const Globals& globals) {
    auto connection = open_session(globals);
    if (!connection) return tl::unexpected(connection.error());
    const auto runs = store::list_runs(*connection);
    if (!runs) return tl::unexpected(runs.error());
    if (runs->empty()) {
        say("no runs yet: measure one with `vmbench run`");
        return model::ExitCode::ok;
    }
    std::vector<std::vector<std::string>> rows;
    for (const store::RunSummary& run : *runs) rows.push_back(row_of(run));
    fmt::print("{}", aligned(rows));
    return model::ExitCode::ok;
}

}  // namespace

Action declare_runs(CLI::App& app, const Globals& globals) {
    app.footer(
        "Columns: id, start (UTC), profile, status, benchmarks, revision (+ where the sources had changed), "
        "machine class.\n");
    return [&globals] { return show_runs(globals); };
}

}  // namespace harness::cli
