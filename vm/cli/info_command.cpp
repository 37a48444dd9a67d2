#include "vm/cli/info_command.h"

#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "vm/cli/build_info.h"
#include "vm/cli/engines.h"
#include "vm/cli/messages.h"

namespace vm::cli {
namespace {

std::string text() {
    std::string text = fmt::format(
        "vm {}\n"
        "build     {}\n"
        "host CPU  {}\n"
        "guest     riscv64: RV64GC, Zba, Zbb, Zbc, Zbs, Zicond; machines have M, S and U mode\n"
        "engines\n",
        version(), build_description(), fmt::join(host_features(), " "));
    for (const Engine& engine : engines()) {
        text += fmt::format("  {:<7} {:<13}  {}\n", engine.name, availability(engine), engine.summary);
    }
    return text;
}

}  // namespace

std::function<Result<int>()> declare_info(CLI::App&) {
    return [] {
        write_output(text());
        return 0;
    };
}

}  // namespace vm::cli
