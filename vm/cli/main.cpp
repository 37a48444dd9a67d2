#include <functional>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "vm/cli/build_info.h"
#include "vm/cli/command.h"
#include "vm/cli/commands.h"

namespace {

using vm::cli::Command;

int bad_input(const std::string& message) {
    fmt::print(stderr, "vm: {}\n", message);
    return vm::cli::kBadInput;
}

// Where the usage stands that an error is about.
std::string help_of(const CLI::App& app) {
    const auto chosen = app.get_subcommands();
    return chosen.empty() ? "vm --help" : fmt::format("vm {} --help", chosen.front()->get_name());
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("A virtual machine for RISC-V programs");
    app.name("vm");
    app.set_version_flag("--version", fmt::format("vm {}", vm::cli::version()));
    app.require_subcommand(0, 1);

    std::function<vm::Result<int>()> chosen;
    for (const Command& command : vm::cli::commands()) {
        CLI::App* const sub = app.add_subcommand(std::string(command.name), std::string(command.summary));
        sub->callback([&chosen, carry_out = command.declare(*sub)] { chosen = carry_out; });
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& asked) {  // --help or --version
        return app.exit(asked);
    } catch (const CLI::ParseError& error) {
        return bad_input(fmt::format("{} (see {})", error.what(), help_of(app)));
    }
    if (not chosen) {
        return bad_input("a command is needed (see vm --help)");
    }
    const vm::Result<int> exit_code = chosen();
    return exit_code ? *exit_code : bad_input(exit_code.error().message);
}
