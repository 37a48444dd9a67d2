#include "vm/cli/run_command.h"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "vm/base/elf_file.h"
#include "vm/cli/engine_options.h"
#include "vm/cli/instruction_count.h"
#include "vm/cli/memory_size.h"
#include "vm/cli/messages.h"
#include "vm/cli/observe_options.h"
#include "vm/cli/run_statistics.h"
#include "vm/cli/run_system.h"
#include "vm/machine/bare_machine.h"
#include "vm/machine/htif.h"

namespace vm::cli {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
    std::string file;
    std::string memory = "128M";
    EngineOptions engine;
    ObserveOptions observe;
    std::uint64_t max_instructions = std::numeric_limits<std::uint64_t>::max();
    SystemRun system;
    bool bare = false;
    bool trace = false;
};

// Ticks of 100 ns since the run began: 10 MHz, the timebase of QEMU's virt board.
std::uint64_t ticks_since(Clock::time_point start) {
    return static_cast<std::uint64_t>((Clock::now() - start) / std::chrono::nanoseconds(100));
}

int exit_code(const machine::BareOutcome& outcome, const Options& options) {
    switch (outcome.end) {
        case machine::BareEnd::exited:
            if (outcome.exit_code > 255) {
                say(fmt::format("the program's exit code {} does not fit, 255 stands for it",
                                outcome.exit_code));
            }
            return machine::process_exit_code(outcome.exit_code);
        case machine::BareEnd::instruction_limit:
            say(fmt::format("stopped after {} instructions (--max-instructions)", options.max_instructions));
            return kInstructionLimit;
        case machine::BareEnd::stuck:
            break;
    }
    say(outcome.message);
    return kStuck;
}

// What is for whole machines is refused, not passed over.
Result<void> check_bare(const SystemRun& system) {
    if (not system.kernel.empty() or not system.bios.empty()) {
        return fail("--bare goes with neither --kernel nor --bios");
    }
    if (system.harts != 1) {
        return fail("--bare runs one hart, not {}", system.harts);
    }
    const std::pair<std::string_view, bool> others[] = {
        {"--gdb", system.gdb.has_value()},           {"--initrd", not system.initrd.empty()},
        {"--append", not system.append.empty()},     {"--dtb", not system.dtb.empty()},
        {"--dump-dtb", not system.dump_dtb.empty()}, {"--serial", system.serial != SystemRun{}.serial}};
    for (const auto& [option, given] : others) {
        if (given) {
            return fail("{} is not supported with --bare, only with --kernel and --bios", option);
        }
    }
    return {};
}

Result<int> run_bare(const Options& options, std::uint64_t memory,
                     const std::optional<native::Options>& native, native::Observation* observation) {
    if (auto checked = check_bare(options.system); not checked) {
        return tl::unexpected(checked.error());
    }
    if (options.file.empty()) {
        return fail("--bare needs the program to run: vm run --bare FILE.elf");
    }
    const auto file = ElfFile::open(options.file);
    if (not file) {
        return tl::unexpected(file.error());
    }
    if (observation != nullptr) {
        observation->symbols().add(*file, 0);
    }
    const Clock::time_point start = Clock::now();
    auto machine = machine::BareMachine::create(*file, options.file,
                                                {memory, [start] { return ticks_since(start); }, native});
    if (not machine) {
        return tl::unexpected(machine.error());
    }
    const auto print = [](std::string_view line) { write_error(fmt::format("{}\n", line)); };
    const machine::BareOutcome outcome = options.trace
                                             ? (*machine)->run_traced(options.max_instructions, print)
                                             : (*machine)->run(options.max_instructions);
    if (options.observe.stats) {
        const RunResult result{(*machine)->instructions(), Clock::now() - start,
                               (*machine)->compiler_counts()};
        for (const std::string& line : run_statistics(result, observation)) {
            say(line);
        }
    }
    return exit_code(outcome, options);
}

Result<int> run_guest(const Options& options, native::Audit& audit) {
    auto native = native_options(options.engine, GuestKind::machine);
    if (not native) {
        return tl::unexpected(native.error());
    }
    // The compiler knows no breakpoints, and a trace stops behind each instruction.
    const std::string_view interprets = options.trace ? "--trace" : options.system.gdb ? "--gdb" : "";
    if (auto checked = check_interpreted(options.engine, interprets); not checked) {
        return tl::unexpected(checked.error());
    }
    if (not interprets.empty()) {
        if (const std::string text = interpreted_text(options.engine, interprets); not text.empty()) {
            say(text);
        }
        native->reset();
    }
    const auto observation = observe(options.observe, *native, write_error);
    if (not observation) {
        return tl::unexpected(observation.error());
    }
    if (options.engine.audit and options.system.harts != 1) {
        return fail("--audit compares one hart, not {}: others would write its memory meanwhile",
                    options.system.harts);
    }
    if (options.engine.audit) {
        (*native)->audit = &audit;
    }
    const auto memory = parse_memory_size(options.memory, machine::kMaxMemory);
    if (not memory) {
        return tl::unexpected(memory.error());
    }
    if (options.bare) {
        return run_bare(options, *memory, *native, observation->get());
    }
    if (not options.file.empty()) {
        return fail(
            "'{}' is no kernel to boot with --kernel; a bare-metal program is run by vm run --bare {}",
            options.file, options.file);
    }
    SystemRun system = options.system;
    if (system.kernel.empty() and system.bios.empty()) {
        return fail("nothing to run: --bare FILE.elf, --kernel FILE or --bios FILE");
    }
    if (options.trace) {
        return fail("--trace is supported with --bare only");
    }
    system.memory = *memory;
    system.max_instructions = options.max_instructions;
    system.stats = options.observe.stats;
    system.native = *native;
    system.observation = observation->get();
    return run_system(system);
}

Result<int> run(const Options& options) {
    native::Audit audit;
    auto code = run_guest(options, audit);
    if (not code or not options.engine.audit) {
        return code;
    }
    write_error(audit_text(audit, options.observe.stats));
    return audit.difference ? kDifference : *code;
}

}  // namespace

std::function<Result<int>()> declare_run(CLI::App& app) {
    auto options = std::make_shared<Options>();
    app.add_option("FILE", options->file, "With --bare: ELF program linked for physical addresses");
    app.add_flag("--bare", options->bare, "Start the program itself in machine mode, without firmware");
    const auto file_option = [&](const char* name, std::string& value, const char* text) {
        app.add_option(name, value, text)->type_name("FILE");
    };
    file_option("--kernel", options->system.kernel, "Boot this kernel: Image (gzip or not) or ELF");
    file_option("--initrd", options->system.initrd, "Its initial root file system");
    app.add_option("--append", options->system.append, "Its command line")->type_name("TEXT");
    file_option("--bios", options->system.bios, "Firmware for machine mode, instead of the built-in SBI");
    file_option("--dtb", options->system.dtb, "Device tree, instead of the board's own");
    file_option("--dump-dtb", options->system.dump_dtb, "Write the device tree there and run nothing");
    app.add_option("--serial", options->system.serial,
                   "Console: stdio, a file for what the guest writes, or unix:PATH")
        ->type_name("WHERE")
        ->capture_default_str();
    app.add_option("--harts", options->system.harts, "How many harts, each a thread (not with --bare)")
        ->type_name("N")
        ->check(CLI::Range(1U, machine::kMaxHarts))
        ->capture_default_str();
    app.add_option("--memory", options->memory, "Bytes of RAM at 0x80000000, with K, M or G")
        ->type_name("SIZE")
        ->capture_default_str();
    app.add_option("--max-instructions", options->max_instructions,
                   "Stop after so many, of hart 0 (exit code 124)")
        ->type_name("N")
        ->check(check_instruction_count);
    declare_engine(app, options->engine);
    declare_observe(app, options->observe);
    app.add_option_function<std::uint16_t>(
           "--gdb", [options](const std::uint16_t& port) { options->system.gdb = port; },
           "Wait for gdb on this port of 127.0.0.1, 0 for any (not with --bare)")
        ->type_name("PORT");
    app.add_flag("--trace", options->trace, "Show each instruction and what it changes on standard error");
    app.footer(
        "Exit codes: with --bare the program's own (1 in tohost is 0, other odd values their half), else 0\n"
        "when the guest powers off or is stopped, and at least 1 when it reports a failure; 2 bad input;\n"
        "123 --audit found a difference; 124 instruction limit; 125 the guest waits for ever or asks for "
        "what\n"
        "there is not.\n"
        "Keys of a terminal: Ctrl-A x quits, Ctrl-A h shows them all; the others, Ctrl-C too, are the "
        "guest's.");
    return [options] { return run(*options); };
}

}  // namespace vm::cli
