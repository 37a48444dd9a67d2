#include "vm/cli/info_command.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "vm/cli/build_info.h"
#include "vm/cli/engines.h"

namespace vm::cli {
namespace {

Result<int> info() {
    fmt::print("vm {}\n", version());
    fmt::print("build     {}\n", build_description());
    fmt::print("host CPU  {}\n", fmt::join(host_features(), " "));
    fmt::print("guest     riscv64: RV64GC, Zba, Zbb, Zbc, Zbs, Zicond; machines have M, S and U mode\n");
    fmt::print("engines\n");
    for (const Engine& engine : engines()) {
        fmt::print("  {:<7} {:<13}  {}\n", engine.name, availability(engine), engine.summary);
    }
    return 0;
}

}  // namespace

std::function<Result<int>()> declare_info(CLI::App&) { return info; }

}  // namespace vm::cli
