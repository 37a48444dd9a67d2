#include <functional>
#include <sstream>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "vm/cli/build_info.h"
#include "vm/cli/command.h"
#include "vm/cli/commands.h"
#include "vm/cli/messages.h"

namespace {

using vm::cli::Command;

int bad_input(const std::string& message) {
    vm::cli::say(message);
    return vm::cli::kBadInput;
}

// What was asked for is done, if what it printed has come where it should.
int ended(int code) {
    const auto printed = vm::cli::flush_output();
    return printed ? code : bad_input(printed.error().message);
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
        std::ostringstream text;
        const int code = app.exit(asked, text, text);
        vm::cli::write_output(text.str());
        return ended(code);
    } catch (const CLI::ParseError& error) {
        return bad_input(fmt::format("{} (see {})", error.what(), help_of(app)));
    }
    if (not chosen) {
        return bad_input("a command is needed (see vm --help)");
    }
    const vm::Result<int> exit_code = chosen();
    return exit_code ? ended(*exit_code) : bad_input(exit_code.error().message);
}
