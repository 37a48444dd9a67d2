#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/model/result.h"
#include "harness/model/verdict.h"

namespace CLI {
class App;
}

namespace harness::cli {

// Why a sub-command gave up: one line, and the exit code. What is not said otherwise is a usage error.
struct Failure {
    std::string message;
    model::ExitCode code = model::ExitCode::usage;

    Failure(Error error) : message(std::move(error.message)) {}
    Failure(std::string text, model::ExitCode exit) : message(std::move(text)), code(exit) {}
};

using Outcome = tl::expected<model::ExitCode, Failure>;

// What every sub-command may use.
struct Globals {
    std::string database;                      // path; from --db, VMBENCH_DB or the user's data folder
    std::string suite_folder;                  // from --suite-dir, VMBENCH_SUITE_DIR or beside the program
    std::vector<std::string> benchmark_flags;  // --benchmark_*, for `run` alone
    std::string command_line;                  // as typed
};

using Action = std::function<Outcome()>;

// A sub-command declares its options on `app` and returns what to do once they are parsed. `globals` is
// filled in by then and outlives the action.
struct Subcommand {
    std::string_view name;
    std::string_view summary;
    Action (*declare)(CLI::App& app, const Globals& globals);
};

Action declare_list(CLI::App& app, const Globals& globals);
Action declare_run(CLI::App& app, const Globals& globals);
Action declare_save_baseline(CLI::App& app, const Globals& globals);
Action declare_baselines(CLI::App& app, const Globals& globals);
Action declare_rename(CLI::App& app, const Globals& globals);
Action declare_compare(CLI::App& app, const Globals& globals);
Action declare_ab(CLI::App& app, const Globals& globals);
Action declare_gate(CLI::App& app, const Globals& globals);
Action declare_judge(CLI::App& app, const Globals& globals);
Action declare_accept(CLI::App& app, const Globals& globals);
Action declare_selftest(CLI::App& app, const Globals& globals);
Action declare_doctor(CLI::App& app, const Globals& globals);
Action declare_profile(CLI::App& app, const Globals& globals);
Action declare_bisect(CLI::App& app, const Globals& globals);
Action declare_nightly(CLI::App& app, const Globals& globals);
Action declare_changepoints(CLI::App& app, const Globals& globals);
Action declare_runs(CLI::App& app, const Globals& globals);
Action declare_show(CLI::App& app, const Globals& globals);
Action declare_export(CLI::App& app, const Globals& globals);
Action declare_import(CLI::App& app, const Globals& globals);
Action declare_db(CLI::App& app, const Globals& globals);
Action declare_report(CLI::App& app, const Globals& globals);

}  // namespace harness::cli
