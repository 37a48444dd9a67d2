#include "vm/cli/run_command.h"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "vm/base/elf_file.h"
#include "vm/cli/engines.h"
#include "vm/cli/instruction_count.h"
#include "vm/cli/memory_size.h"
#include "vm/cli/run_statistics.h"
#include "vm/machine/bare_machine.h"
#include "vm/machine/htif.h"

namespace vm::cli {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
    std::string file;
    std::string memory = "128M";
    std::string engine{kDefaultEngine};
    std::uint64_t max_instructions = std::numeric_limits<std::uint64_t>::max();
    bool bare = false;
    bool trace = false;
    bool stats = false;
};

void report(std::string_view line) { fmt::print(stderr, "vm: {}\n", line); }

// Ticks of 100 ns since the run began: 10 MHz, the timebase of QEMU's virt board.
std::uint64_t ticks_since(Clock::time_point start) {
    return static_cast<std::uint64_t>((Clock::now() - start) / std::chrono::nanoseconds(100));
}

int exit_code(const machine::BareOutcome& outcome, const Options& options) {
    switch (outcome.end) {
        case machine::BareEnd::exited:
            if (outcome.exit_code > 255) {
                report(fmt::format("the program's exit code {} does not fit, 255 stands for it",
                                   outcome.exit_code));
            }
            return machine::process_exit_code(outcome.exit_code);
        case machine::BareEnd::instruction_limit:
            report(
                fmt::format("stopped after {} instructions (--max-instructions)", options.max_instructions));
            return kInstructionLimit;
        case machine::BareEnd::stuck:
            break;
    }
    report(outcome.message);
    return kStuck;
}

Result<int> run(const Options& options) {
    if (not options.bare) {
        return fail("only bare-metal programs can be run: vm run --bare {}", options.file);
    }
    if (auto engine = require_engine(options.engine); not engine) {
        return tl::unexpected(engine.error());
    }
    const auto memory = parse_memory_size(options.memory, machine::kMaxMemory);
    if (not memory) {
        return tl::unexpected(memory.error());
    }
    const auto file = ElfFile::open(options.file);
    if (not file) {
        return tl::unexpected(file.error());
    }
    const Clock::time_point start = Clock::now();
    auto machine =
        machine::BareMachine::create(*file, options.file, {*memory, [start] { return ticks_since(start); }});
    if (not machine) {
        return tl::unexpected(machine.error());
    }
    const auto print = [](std::string_view line) { fmt::print(stderr, "{}\n", line); };
    const machine::BareOutcome outcome = options.trace
                                             ? (*machine)->run_traced(options.max_instructions, print)
                                             : (*machine)->run(options.max_instructions);
    if (options.stats) {
        report(run_statistics((*machine)->instructions(), Clock::now() - start));
    }
    return exit_code(outcome, options);
}

}  // namespace

std::function<Result<int>()> declare_run(CLI::App& app) {
    auto options = std::make_shared<Options>();
    app.add_option("FILE", options->file, "ELF program linked for physical addresses")->required();
    app.add_flag("--bare", options->bare, "Start the program itself in machine mode, without firmware");
    app.add_option("--memory", options->memory, "Bytes of RAM at 0x80000000, with K, M or G")
        ->type_name("SIZE")
        ->capture_default_str();
    app.add_option("--max-instructions", options->max_instructions, "Stop after so many (exit code 124)")
        ->type_name("N")
        ->check(check_instruction_count);
    app.add_option("--engine", options->engine, "Engine (see vm info)")
        ->type_name("NAME")
        ->capture_default_str();
    app.add_flag("--trace", options->trace, "Show each instruction and what it changes on standard error");
    app.add_flag("--stats", options->stats, "Show instructions, time and rate on standard error");
    app.footer(
        "Exit codes: the program's own (1 in tohost is 0, other odd values their half); 2 bad input;\n"
        "124 instruction limit; 125 the program waits for ever or asks for what there is not.");
    return [options] { return run(*options); };
}

}  // namespace vm::cli
