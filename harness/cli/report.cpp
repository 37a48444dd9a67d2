#include <cerrno>
#include <cstring>
#include <memory>
#include <sys/wait.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <spawn.h>
#include <unistd.h>

#include "harness/cli/command.h"
#include "harness/cli/paths.h"
#include "harness/cli/session.h"
#include "harness/store/baselines.h"

namespace harness::cli {

namespace {

// The distribution's interpreter: it is the one that has matplotlib.
constexpr const char* kPython = "/usr/bin/python3";

struct Options {
    std::string output = "report";
    std::string run;
    std::string baseline;
};

Result<int> run_to_end(const std::vector<std::string>& arguments) {
    std::vector<char*> pointers;
    for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
    pointers.push_back(nullptr);
    pid_t child = 0;
    const int failed = posix_spawn(&child, pointers[0], nullptr, nullptr, pointers.data(), environ);
    if (failed != 0) return fail("cannot run '{}': {}", arguments[0], std::strerror(failed));
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Outcome report(const Options& options, const Globals& globals) {
    const std::string package = reports_folder();
    if (package.empty()) return fail("the report package is not there: it is reports/ of the source tree");
    std::vector<std::string> arguments = {kPython,          package,    "--db",
                                          globals.database, "--output", options.output};
    {
        // Brings an older file's schema up to date, which the package only reads.
        auto connection = open_session(globals);
        if (!connection) return tl::unexpected(connection.error());
        const auto run = choose_run(*connection, options.run);
        if (!run) return tl::unexpected(run.error());
        arguments.insert(arguments.end(), {"--run", *run});
        if (!options.baseline.empty()) {
            const auto baseline = store::find_baseline(*connection, options.baseline);
            if (!baseline) return tl::unexpected(baseline.error());
            arguments.insert(arguments.end(), {"--baseline", options.baseline});
        }
    }
    const auto code = run_to_end(arguments);
    if (!code) return tl::unexpected(code.error());
    if (*code != 0) return fail("the report was not written (its program exited with {})", *code);
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
    return [options, &globals] { return report(*options, globals); };
}

}  // namespace harness::cli
