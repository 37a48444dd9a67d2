#include "vm/cli/conformance_command.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "vm/cli/engines.h"
#include "vm/cli/instruction_count.h"
#include "vm/cli/messages.h"
#include "vm/machine/conformance.h"
#include "vm/native/native.h"

namespace vm::cli {
namespace {

using machine::ConformanceResult;
using Kind = ConformanceResult::Kind;

struct Options {
    std::string folder;
    std::uint64_t max_instructions = 100'000'000;
};

std::string verdict(const ConformanceResult& result) {
    switch (result.kind) {
        case Kind::passed:
            return "pass";
        case Kind::failed:
            return fmt::format("FAIL in test {}", result.code);
        case Kind::stuck:
            return fmt::format("FAIL: {}", result.message);
        case Kind::unusable:
            break;
    }
    return fmt::format("not run: {}", result.message);
}

// A way of running the programs, a line for each.
struct Column {
    std::string_view engine;
    std::optional<native::Options> native;
    std::size_t passed = 0;
};

// Engines that this build or this host does not have get no column. Each instruction is compiled that can be.
std::vector<Column> columns() {
    std::vector<Column> all = {{kInterpreter, {}}};
    if (native::supported()) {
        all.push_back({kCompiler, native::Options{.threshold = 0}});
    }
    return all;
}

Result<int> conformance(const Options& options) {
    const auto files = machine::conformance_files(options.folder);
    if (not files) {
        return tl::unexpected(files.error());
    }
    std::size_t width = 0;
    for (const std::string& path : *files) {
        width = std::max(width, path.size() - path.rfind('/') - 1);
    }
    write_output(fmt::format("{:<{}}  engine  {:>12}  verdict\n", "program", width, "instructions"));
    std::vector<Column> engines = columns();
    for (const std::string& path : *files) {
        for (Column& column : engines) {
            const ConformanceResult result =
                machine::run_conformance(path, options.max_instructions, column.native);
            column.passed += result.kind == Kind::passed ? 1 : 0;
            write_output(fmt::format("{:<{}}  {:<6}  {:>12}  {}\n", result.name, width, column.engine,
                                     result.instructions, verdict(result)));
        }
    }
    bool all = true;
    for (const Column& column : engines) {
        write_output(fmt::format("{}: {} of {} passed\n", column.engine, column.passed, files->size()));
        all = all and column.passed == files->size();
    }
    return all ? 0 : 1;
}

}  // namespace

std::function<Result<int>()> declare_conformance(CLI::App& app) {
    auto options = std::make_shared<Options>();
    app.add_option("DIR", options->folder,
                   "Folder of bare-metal ELF files that write their verdict to tohost")
        ->required();
    app.add_option("--max-instructions", options->max_instructions, "Of one program")
        ->type_name("N")
        ->check(check_instruction_count)
        ->capture_default_str();
    app.footer("Exit codes: 0 all passed, 1 some did not, 2 bad input.");
    return [options] { return conformance(*options); };
}

}  // namespace vm::cli
