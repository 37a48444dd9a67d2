#include "harness/cli/app.h"

#include <cstdio>
#include <cstdlib>
#include <sstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "harness/cli/command.h"
#include "harness/cli/paths.h"
#include "harness/cli/text.h"

namespace harness::cli {

namespace {

constexpr Subcommand kSubcommands[] = {
    {"list", "Show the suites, or the benchmarks that a selection names", declare_list},
    {"run", "Measure benchmarks and store every sample", declare_run},
    {"ab", "Measure two builds side by side and say what differs", declare_ab},
    {"gate", "Measure a change against what it is to be merged into", declare_gate},
    {"judge", "Judge a side-by-side run again from its stored pairs", declare_judge},
    {"accept", "Accept a change of a benchmark in the reviewed file that gates read", declare_accept},
    {"selftest", "Measure how often gates alarm without cause here, and what they find", declare_selftest},
    {"doctor", "Say what makes this machine noisy and which changes it can show", declare_doctor},
    {"profile", "Show in which functions the instructions of a benchmark moved", declare_profile},
    {"bisect", "Find the commit that made a benchmark slower", declare_bisect},
    {"nightly", "Measure head beside a pinned reference, find what changed, write trends", declare_nightly},
    {"changepoints", "Find where the level of a series changes", declare_changepoints},
    {"runs", "Show the stored runs, newest first", declare_runs},
    {"show", "Show one run", declare_show},
    {"save-baseline", "Name a run (the newest) as a baseline", declare_save_baseline},
    {"baselines", "Show, delete or rename baselines", declare_baselines},
    {"compare", "Compare a run (the newest) with a baseline", declare_compare},
    {"rename", "Say that a benchmark has a new name, so that its history goes on", declare_rename},
    {"export", "Write a baseline as a JSON file that can be reviewed and shared", declare_export},
    {"import", "Read exported baselines, and the results of other tools", declare_import},
    {"db", "Merge, pack and check stores", declare_db},
    {"report", "Write a report with plots (Markdown and PNG)", declare_report},
};

constexpr const char* kDescription =
    "Runs benchmark suites, keeps every sample, and says what became faster or slower.\n\n"
    "First steps:\n"
    "  vmbench list                       which suites are there\n"
    "  vmbench run --save-baseline main   measure all (about four minutes) and call it \"main\"\n"
    "  vmbench run                        ... change something, measure again\n"
    "  vmbench compare main               what changed";

constexpr const char* kFooter =
    "Exit codes: 0 no regression, 1 regression, 2 wrong usage, 3 a measurement failed, 4 not comparable,\n"
    "5 the run is void, 6 inconclusive (only with --fail-on-inconclusive).\n"
    "Options of one command: vmbench COMMAND --help\n";

void declare_globals(CLI::App& app, Globals& globals) {
    app.add_option("--db", globals.database,
                   "Results store, an SQLite file (default: vmbench/vmbench.db in the user's "
                   "data folder)")
        ->envname("VMBENCH_DB");
    app.add_option("--suite-dir", globals.suite_folder,
                   "Folder of the suite programs (default: suites/ beside vmbench)")
        ->envname("VMBENCH_SUITE_DIR");
    app.set_version_flag("--version", std::string("vmbench ") + VMBENCH_VERSION, "Show the version");
}

// Google Benchmark's own flags are told apart by their prefix, before anything else is parsed.
std::vector<std::string> take_benchmark_flags(std::vector<std::string>& arguments) {
    const auto is_flag = [](const std::string& text) { return text.starts_with("--benchmark_"); };
    std::vector<std::string> flags;
    std::copy_if(arguments.begin(), arguments.end(), std::back_inserter(flags), is_flag);
    std::erase_if(arguments, is_flag);
    return flags;
}

const Error kCannotPrint{"cannot write to standard output"};

int complain(const Failure& failure) {
    say(failure.message);
    return static_cast<int>(failure.code);
}

// Help and version are "errors" of the parser, too; they print themselves and exit with 0.
int report_parse_error(const CLI::App& app, const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
        std::ostringstream text;
        const int code = app.exit(error, text, text);
        return write_output("-", text.str()) && std::fflush(stdout) == 0 ? code : complain(kCannotPrint);
    }
    return complain(Error{fmt::format("{} (see `vmbench --help`)", first_line(error.what()))});
}

Outcome dispatch(const CLI::App& app, const std::vector<Action>& actions, Globals& globals) {
    if (globals.database.empty()) globals.database = default_database();
    if (globals.suite_folder.empty()) globals.suite_folder = default_suite_folder();
    for (std::size_t i = 0; i < actions.size(); ++i) {
        if (!app.got_subcommand(std::string(kSubcommands[i].name))) continue;
        if (!globals.benchmark_flags.empty() && kSubcommands[i].name != "run") {
            return fail("'{}' is for `vmbench run`", globals.benchmark_flags.front());
        }
        return actions[i]();
    }
    fmt::print("{}", app.help());
    return model::ExitCode::usage;
}

}  // namespace

int run_app(int argc, char** argv) {
    Globals globals;
    globals.command_line = command_line_text(argc, argv);
    std::vector<std::string> arguments(argv + 1, argv + argc);
    globals.benchmark_flags = take_benchmark_flags(arguments);
    CLI::App app(kDescription, "vmbench");
    app.footer(kFooter);
    app.require_subcommand(0, 1);
    declare_globals(app, globals);
    std::vector<Action> actions;
    for (const Subcommand& subcommand : kSubcommands) {
        CLI::App* declared =
            app.add_subcommand(std::string(subcommand.name), std::string(subcommand.summary));
        declared->fallthrough();
        actions.push_back(subcommand.declare(*declared, globals));
    }
    try {
        std::reverse(arguments.begin(), arguments.end());  // the parser takes them from the back
        app.parse(arguments);
    } catch (const CLI::ParseError& error) {
        return report_parse_error(app, error);
    }
    const Outcome outcome = dispatch(app, actions, globals);
    if (!outcome) return complain(outcome.error());
    if (std::fflush(stdout) != 0) return complain(kCannotPrint);
    return static_cast<int>(*outcome);
}

}  // namespace harness::cli
