#include <memory>
#include <set>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "harness/cli/command.h"
#include "harness/cli/session.h"
#include "harness/cli/text.h"
#include "harness/store/baselines.h"

namespace harness::cli {

namespace {

struct Options {
    std::string name;
    std::vector<std::string> runs;
};

Outcome save(const Options& options, const Globals& globals) {
    if (auto valid = store::check_baseline_name(options.name); !valid) return tl::unexpected(valid.error());
    auto connection = open_session(globals);
    if (!connection) return tl::unexpected(connection.error());
    std::set<std::string> ids;
    for (const std::string& wanted : options.runs.empty() ? std::vector<std::string>{""} : options.runs) {
        const auto id = choose_run(*connection, wanted);
        if (!id) return tl::unexpected(id.error());
        if (auto complete = check_complete(*connection, *id); !complete)
            return tl::unexpected(complete.error());
        ids.insert(*id);
    }
    auto saved = store::save_baseline(*connection, options.name, {ids.begin(), ids.end()},
                                      store::system_random(), now_ns());
    if (!saved) return tl::unexpected(saved.error());
    fmt::print("baseline {} is {}\n", options.name,
               ids.size() == 1 ? "run " + short_id(*ids.begin()) : counted(ids.size(), "run"));
    return model::ExitCode::ok;
}

}  // namespace

Action declare_save_baseline(CLI::App& app, const Globals& globals) {
    const auto options = std::make_shared<Options>();
    app.add_option("NAME", options->name, "The baseline; one of this name is replaced")->required();
    app.add_option("--run", options->runs,
                   "The run, by the start of its id (default: the newest complete one); given again: several "
                   "runs together")
        ->type_name("ID")
        ->allow_extra_args(false);
    return [options, &globals] { return save(*options, globals); };
}

}  // namespace harness::cli
