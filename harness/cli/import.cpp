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
    std::vector<std::string> files;
    std::string name;
};

Result<store::Parcel> read(const std::string& path) {
    const auto text = read_file(path);
    if (!text) return tl::unexpected(text.error());
    auto parcel = store::read_parcel(*text);
    if (!parcel) return fail("cannot import '{}': {}", path, parcel.error().message);
    return parcel;
}

Outcome import_files(const Options& options, const Globals& globals) {
    if (!options.name.empty() && options.files.size() > 1) return fail("--name is for one file at a time");
    auto connection = open_session(globals);
    if (!connection) return tl::unexpected(connection.error());
    for (const std::string& path : options.files) {
        const auto parcel = read(path);
        if (!parcel) return tl::unexpected(parcel.error());
        const std::string& name = options.name.empty() ? parcel->name : options.name;
        const auto done = store::unpack(*connection, *parcel, name, store::system_random());
        if (!done) return fail("cannot import '{}': {}", path, done.error().message);
        fmt::print("baseline {}: {} added, {} known already\n", name, counted(done->new_runs, "run"),
                   done->known_runs);
    }
    return model::ExitCode::ok;
}

}  // namespace

Action declare_import(CLI::App& app, const Globals& globals) {
    const auto options = std::make_shared<Options>();
    app.add_option("FILE", options->files, "Files that `vmbench export` wrote")->required();
    app.add_option("--name", options->name, "Call the baseline so instead of what the file says")
        ->type_name("NAME");
    app.footer(
        "A baseline of the same name is replaced. Runs are added; one that is here already stays as it "
        "is.\n");
    return [options, &globals] { return import_files(*options, globals); };
}

}  // namespace harness::cli
