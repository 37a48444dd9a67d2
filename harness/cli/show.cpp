#include <memory>

#include <CLI/CLI.hpp>

#include "harness/cli/command.h"
#include "harness/cli/output.h"
#include "harness/cli/session.h"
#include "harness/store/records.h"

namespace harness::cli {

namespace {

struct Options {
    std::string run;
    std::string format = "terminal";
    std::string output = "-";
};

Outcome show(const Options& options, const Globals& globals) {
    if (auto known = check_run_format(options.format); !known) return tl::unexpected(known.error());
    auto connection = open_session(globals);
    if (!connection) return tl::unexpected(connection.error());
    const auto id = choose_run(*connection, options.run);
    if (!id) return tl::unexpected(id.error());
    const auto record = store::load_run(*connection, *id);
    if (!record) return tl::unexpected(record.error());
    if (auto shown = show_run(*record, options.format, options.output); !shown)
        return tl::unexpected(shown.error());
    return model::ExitCode::ok;
}

}  // namespace

Action declare_show(CLI::App& app, const Globals& globals) {
    const auto options = std::make_shared<Options>();
    app.add_option("RUN", options->run, "The run, by the start of its id (default: the newest complete one)");
    app.add_option("--format", options->format, run_formats())->type_name("F")->capture_default_str();
    app.add_option("--output,-o", options->output, "The file (default: -, standard output)")
        ->type_name("FILE");
    return [options, &globals] { return show(*options, globals); };
}

}  // namespace harness::cli
