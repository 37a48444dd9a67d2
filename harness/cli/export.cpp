#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "harness/cli/command.h"
#include "harness/cli/session.h"
#include "harness/cli/text.h"
#include "harness/store/exchange.h"

namespace harness::cli {

namespace {

struct Options {
    std::string name;
    std::string output = "-";
};

Outcome export_baseline(const Options& options, const Globals& globals) {
    auto connection = open_session(globals);
    if (!connection) return tl::unexpected(connection.error());
    const auto parcel = store::pack(*connection, options.name);
    if (!parcel) return tl::unexpected(parcel.error());
    if (auto written = write_output(options.output, store::write_parcel(*parcel)); !written) {
        return tl::unexpected(written.error());
    }
    if (options.output != "-") {
        fmt::print("baseline {} ({}) is in {}\n", options.name, counted(parcel->runs.size(), "run"),
                   options.output);
    }
    return model::ExitCode::ok;
}

}  // namespace

Action declare_export(CLI::App& app, const Globals& globals) {
    const auto options = std::make_shared<Options>();
    app.add_option("BASELINE", options->name, "The baseline to write, with all samples of its runs")
        ->required();
    app.add_option("--output,-o", options->output, "The file (default: -, standard output)")
        ->type_name("FILE");
    return [options, &globals] { return export_baseline(*options, globals); };
}

}  // namespace harness::cli
