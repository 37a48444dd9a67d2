#include "vm/cli/user_command.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/random.h>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "vm/base/elf_file.h"
#include "vm/base/write_text.h"
#include "vm/cli/engine_options.h"
#include "vm/cli/instruction_count.h"
#include "vm/cli/observe_options.h"
#include "vm/cli/run_statistics.h"
#include "vm/user/crash_report.h"
#include "vm/user/process.h"
#include "vm/user/process_debugger.h"

namespace vm::cli {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
    EngineOptions engine;
    ObserveOptions observe;
    std::uint64_t max_instructions = std::numeric_limits<std::uint64_t>::max();
    bool strace = false;
    bool trace = false;
    bool child = false;
    std::optional<std::uint16_t> gdb;
    std::string argv0;
    std::string sysroot;
};

// Messages go to a descriptor out of the guest's way: it may close or redirect its own standard error.
class Diagnostics {
  public:
    explicit Diagnostics(bool apart) : number_(apart ? ::fcntl(2, F_DUPFD_CLOEXEC, 1000) : 2) {
        if (number_ < 0) {
            number_ = 2;
        }
    }
    ~Diagnostics() {
        if (number_ != 2) {
            ::close(number_);
        }
    }
    Diagnostics(const Diagnostics&) = delete;
    Diagnostics& operator=(const Diagnostics&) = delete;

    int number() const { return number_; }
    void line(const std::string& text) const { write(text + "\n"); }
    // Nothing can be done for messages that nobody takes.
    void write(std::string_view text) const { static_cast<void>(write_text(number_, text)); }

  private:
    int number_;
};

std::vector<std::string> environment_of_host() {
    std::vector<std::string> variables;
    for (char** at = ::environ; at != nullptr and *at != nullptr; ++at) {
        variables.emplace_back(*at);
    }
    return variables;
}

// How the guest's execve starts vm again; its program follows.
std::vector<std::string> command_of(const Options& options) {
    std::vector<std::string> command = engine_flags(options.engine);
    const auto observed = observe_flags(options.observe);
    command.insert(command.end(), observed.begin(), observed.end());
    command.insert(command.begin(), {"vm", "user"});
    if (not options.sysroot.empty()) {
        command.insert(command.end(), {"--sysroot", options.sysroot});
    }
    for (const auto& [chosen, flag] : {std::pair{options.strace, "--strace"}, {options.trace, "--trace"}}) {
        if (chosen) {
            command.emplace_back(flag);
        }
    }
    return command;
}

// A process that the guest made is to look to the guest as one of the host's does.
int finish(const user::Process& process, const user::Outcome& outcome, const Options& options,
           const Diagnostics& out) {
    switch (outcome.kind) {
        case user::Outcome::Kind::exited:
            return outcome.code;
        case user::Outcome::Kind::killed:
            out.write(user::crash_report(process, outcome));
            if (process.is_child()) {
                user::die_of(outcome.code);
            }
            return 128 + outcome.code;
        case user::Outcome::Kind::engines_differ:
            return kDifference;
        case user::Outcome::Kind::instruction_limit:
            break;
    }
    out.line(fmt::format("vm: stopped after {} instructions (--max-instructions)", options.max_instructions));
    return kInstructionLimit;
}

// A file that cannot be read any more has no names.
void add_symbols(native::Observation& observation, const std::string& path, const user::Process& process) {
    if (const auto file = ElfFile::open(path)) {
        observation.symbols().add(*file, process.load_bias());
    }
}

void show_statistics(const user::Process& process, Clock::duration elapsed,
                     const native::Observation* observation, const Diagnostics& out) {
    const RunResult result{process.instructions(), elapsed, process.compiler_counts()};
    for (const std::string& line : run_statistics(result, observation)) {
        out.line("vm: " + line);
    }
}

// Statistics are of processes that vm began.
bool shows_statistics(const user::Process& process, const Options& options) {
    return options.observe.stats and (options.child or not process.is_child());
}

void report(const native::Audit& audit, const user::Process& process, const Options& options,
            const Diagnostics& out) {
    if (options.engine.audit) {
        out.write(audit_text(audit, shows_statistics(process, options)));
    }
}

Result<int> run(const Options& options, const std::vector<std::string>& command) {
    native::Audit audit;
    auto native = native_options(options.engine, GuestKind::program);
    if (not native) {
        return tl::unexpected(native.error());
    }
    if (not options.sysroot.empty() and not std::filesystem::is_directory(options.sysroot)) {
        return fail("sysroot '{}' is not a folder", options.sysroot);
    }
    if (command.empty()) {
        return fail("no program given: vm user PROGRAM [ARG...]");
    }
    if (command.front().starts_with("-")) {
        return fail("unknown flag {} (flags of the program come after its name; see vm user --help)",
                    command.front());
    }
    const std::string_view interprets = options.trace ? "--trace" : options.gdb ? "--gdb" : "";
    if (auto checked = check_interpreted(options.engine, interprets); not checked) {
        return tl::unexpected(checked.error());
    }
    if (options.engine.audit) {
        (*native)->audit = &audit;
    }
    const Diagnostics out(options.strace or options.trace or options.observe.stats or
                          not options.observe.dump.empty() or options.engine.audit);
    if (not interprets.empty()) {
        const std::string text = interpreted_text(options.engine, interprets);
        if (not text.empty() and not options.child) {
            out.line("vm: " + text);
        }
        native->reset();  // the compiler knows no breakpoints, and a trace stops behind each instruction
    }
    const auto observation =
        observe(options.observe, *native, [&out](const std::string& text) { out.write(text); });
    if (not observation) {
        return tl::unexpected(observation.error());
    }
    user::ProcessOptions start{.path = command.front(),
                               .arguments = command,
                               .environment = environment_of_host(),
                               .diagnostics_fd = out.number(),
                               .sysroot = {},
                               .command = command_of(options),
                               .is_child = options.child,
                               .native = *native};
    if (not options.argv0.empty()) {
        start.arguments.front() = options.argv0;
    }
    if (not options.sysroot.empty()) {
        start.sysroot = options.sysroot;
    }
    if (::getrandom(start.random.data(), start.random.size(), 0) !=
        static_cast<ssize_t>(start.random.size())) {
        return fail("cannot get random bytes for the program");
    }
    const Clock::time_point began = Clock::now();
    const auto process = user::Process::start(start);
    if (not process) {
        return tl::unexpected(process.error());
    }
    if (*observation != nullptr) {
        add_symbols(**observation, command.front(), **process);
    }
    user::RunOptions how{.max_instructions = options.max_instructions, .strace = options.strace};
    if (options.trace) {
        how.trace = [&out](const std::string& text) { out.line(text); };
    }
    how.ended_elsewhere = [&](const user::Outcome& outcome) {
        report(audit, **process, options, out);
        ::_exit(finish(**process, outcome, options, out));
    };
    const auto debugger = options.gdb ? std::make_unique<user::ProcessDebugger>(**process) : nullptr;
    if (debugger != nullptr) {
        if (auto listening = debugger->listen(*options.gdb); not listening) {
            return tl::unexpected(listening.error());
        }
        out.line(fmt::format("vm: waiting for a debugger on 127.0.0.1:{}", debugger->port()));
    }
    const user::Outcome outcome = (*process)->run(how);
    if (shows_statistics(**process, options)) {
        show_statistics(**process, Clock::now() - began, observation->get(), out);
    }
    report(audit, **process, options, out);
    const int code = finish(**process, outcome, options, out);
    if (debugger != nullptr) {
        debugger->finish(outcome, static_cast<std::uint64_t>(code));
    }
    if ((*process)->is_child()) {
        ::_exit(code);  // destructors could wait for locks of threads that a fork left behind
    }
    return code;
}

}  // namespace

std::function<Result<int>()> declare_user(CLI::App& app) {
    auto options = std::make_shared<Options>();
    declare_engine(app, options->engine);
    declare_trust(app, options->engine);
    declare_observe(app, options->observe);
    app.add_option("--max-instructions", options->max_instructions,
                   "Stop after so many, of all threads (exit code 124)")
        ->type_name("N")
        ->check(check_instruction_count);
    app.add_option("--sysroot", options->sysroot,
                   "Folder where absolute paths are looked for first (dynamic programs: by default the "
                   "distribution's)")
        ->type_name("DIR");
    app.add_option("--argv0", options->argv0, "What the program is called as (default: PROGRAM)")
        ->type_name("NAME");
    app.add_flag("--child", options->child)->group("");  // see command_of
    app.add_option_function<std::uint16_t>(
           "--gdb", [options](const std::uint16_t& port) { options->gdb = port; },
           "Wait for gdb on this port of 127.0.0.1, 0 for any")
        ->type_name("PORT");
    app.add_flag("--strace", options->strace, "Show each system call on standard error");
    app.add_flag("--trace", options->trace, "Show each instruction and what it changes on standard error");
    app.prefix_command();  // everything from PROGRAM on is the guest's, flags included
    app.footer(
        "vm user [OPTIONS] PROGRAM [ARG...]: options of vm come first, everything from PROGRAM on is the "
        "program's.\n"
        "PROGRAM is a riscv64 Linux executable; environment, standard streams and working\n"
        "directory are passed through. Exit codes: the program's own; 128 + signal when a signal ended it;\n"
        "2 bad input; 123 --audit found a difference; 124 instruction limit.");
    return [options, &app] { return run(*options, app.remaining()); };
}

}  // namespace vm::cli
