#include <algorithm>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "harness/cli/command.h"
#include "harness/cli/report_program.h"
#include "harness/cli/session.h"
#include "harness/store/baselines.h"
#include "harness/store/nights.h"

namespace harness::cli {

namespace {

struct Options {
    std::string output = "report";
    std::string run;
    std::string baseline;
    bool nights = false;
    std::int64_t night = 0;
};

using Arguments = Result<std::vector<std::string>>;

Arguments run_arguments(store::Connection& connection, const Options& options) {
    const auto run = choose_run(connection, options.run);
    if (!run) return tl::unexpected(run.error());
    std::vector<std::string> arguments = {"--run", *run};
    if (options.baseline.empty()) return arguments;
    const auto baseline = store::find_baseline(connection, options.baseline);
    if (!baseline) return tl::unexpected(baseline.error());
    arguments.insert(arguments.end(), {"--baseline", options.baseline});
    return arguments;
}

Arguments night_arguments(store::Connection& connection, const Options& options) {
    const auto nights = store::list_nights(connection);
    if (!nights) return tl::unexpected(nights.error());
    if (nights->empty()) return fail("there is no night yet: measure one with `vmbench nightly`");
    if (options.night == 0) return std::vector<std::string>{"--nights"};
    const bool known = std::any_of(nights->begin(), nights->end(),
                                   [&](const store::Night& night) { return night.number == options.night; });
    if (!known) return fail("no night {} (they are 1 to {})", options.night, nights->back().number);
    return std::vector<std::string>{"--nights", "--night", std::to_string(options.night)};
}

Outcome report(const Options& options, const Globals& globals) {
    const bool of_nights = options.nights || options.night != 0;
    if (of_nights && !(options.run.empty() && options.baseline.empty())) {
        return fail("--nights and --night do not go with --run and --baseline");
    }
    std::vector<std::string> arguments;
    {
        // Brings an older file's schema up to date, which the package only reads.
        auto connection = open_session(globals);
        if (!connection) return tl::unexpected(connection.error());
        auto chosen = of_nights ? night_arguments(*connection, options) : run_arguments(*connection, options);
        if (!chosen) return tl::unexpected(chosen.error());
        arguments = std::move(*chosen);
    }
    if (auto done = run_report_program(globals, options.output, arguments); !done)
        return tl::unexpected(done.error());
    return model::ExitCode::ok;
}

}  // namespace

Action declare_report(CLI::App& app, const Globals& globals) {
    const auto options = std::make_shared<Options>();
    app.add_option("--output,-o", options->output, "Folder to write; an older report there is replaced")
        ->type_name("DIR")
        ->capture_default_str();
    app.add_option("--run", options->run,
                   "The run, by the start of its id (default: the newest complete one)")
        ->type_name("ID");
    app.add_option("--baseline", options->baseline,
                   "Baseline to compare with (default: main, if there is one)")
        ->type_name("NAME");
    app.add_flag("--nights", options->nights, "Report on the nights (see `vmbench nightly`) instead");
    app.add_option("--night", options->night, "Report on the nights as of this one, by its number")
        ->check(CLI::PositiveNumber)
        ->type_name("N");
    return [options, &globals] { return report(*options, globals); };
}

}  // namespace harness::cli
