#include "harness/store/baselines.h"

#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "harness/cli/command.h"
#include "harness/cli/session.h"
#include "harness/cli/text.h"
#include "harness/store/runs.h"

namespace harness::cli {

namespace {

struct Options {
    std::string name;
    std::string new_name;
};

std::string ids_text(const model::Baseline& baseline) {
    std::string text;
    for (const std::string& id : baseline.runs) text += (text.empty() ? "" : " ") + short_id(id);
    return text;
}

Outcome list(store::Connection& connection) {
    const auto baselines = store::list_baselines(connection);
    if (!baselines) return tl::unexpected(baselines.error());
    if (baselines->empty()) say("no baselines yet: make one with `vmbench save-baseline NAME`");
    std::vector<std::vector<std::string>> rows;
    for (const model::Baseline& baseline : *baselines) {
        rows.push_back({baseline.name, date_text(baseline.created_ns), counted(baseline.runs.size(), "run"),
                        ids_text(baseline)});
    }
    fmt::print("{}", aligned(rows));
    return model::ExitCode::ok;
}

Outcome show(store::Connection& connection, const std::string& name) {
    const auto baseline = store::find_baseline(connection, name);
    if (!baseline) return tl::unexpected(baseline.error());
    fmt::print("baseline {}, saved {} (UTC)\n", baseline->name, date_text(baseline->created_ns));
    for (const std::string& id : baseline->runs) {
        const auto run = store::find_run(connection, id);
        if (!run) return tl::unexpected(run.error());
        fmt::print("run {}  {}  {}\n", id, date_text(run->run.started_ns), run->machine_class);
    }
    return model::ExitCode::ok;
}

Outcome remove(store::Connection& connection, const std::string& name) {
    if (auto done = store::delete_baseline(connection, name); !done) return tl::unexpected(done.error());
    fmt::print("baseline {} is deleted; its runs stay\n", name);
    return model::ExitCode::ok;
}

Outcome rename(store::Connection& connection, const std::string& name, const std::string& new_name) {
    if (auto done = store::rename_baseline(connection, name, new_name); !done)
        return tl::unexpected(done.error());
    fmt::print("baseline {} is now {}\n", name, new_name);
    return model::ExitCode::ok;
}

}  // namespace

Action declare_baselines(CLI::App& app, const Globals& globals) {
    const auto options = std::make_shared<Options>();
    app.require_subcommand(0, 1);
    app.footer("Without a command: the same as list.\n");
    app.add_subcommand("list", "Show all: name, when it was saved (UTC), runs")->fallthrough();
    const auto named = [&](const char* name, const char* summary) {
        CLI::App* command = app.add_subcommand(name, summary);
        command->fallthrough();
        command->add_option("NAME", options->name, "The baseline")->required();
        return command;
    };
    named("show", "Show the runs of one");
    named("delete", "Forget one; its runs stay");
    named("rename", "Give one another name")
        ->add_option("NEW", options->new_name, "The new name")
        ->required();
    return [options, &app, &globals]() -> Outcome {
        auto connection = open_session(globals);
        if (!connection) return tl::unexpected(connection.error());
        if (app.got_subcommand("show")) return show(*connection, options->name);
        if (app.got_subcommand("delete")) return remove(*connection, options->name);
        if (app.got_subcommand("rename")) return rename(*connection, options->name, options->new_name);
        return list(*connection);
    };
}

}  // namespace harness::cli
