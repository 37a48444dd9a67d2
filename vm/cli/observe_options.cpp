#include "vm/cli/observe_options.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "vm/native/append_file.h"

namespace vm::cli {
namespace {

constexpr const char* kDump = "--dump";
constexpr const char* kAddress = "--pc";
constexpr const char* kDumpFile = "--dump-file";
constexpr const char* kPerfMap = "--perf-map";
constexpr const char* kGdbJit = "--gdb-jit";
constexpr const char* kIr = "ir";
constexpr const char* kCode = "asm";

bool asks_for(const ObserveOptions& options, std::string_view kind) {
    return std::find(options.dump.begin(), options.dump.end(), kind) != options.dump.end();
}

// The complaint about the text of an address, as strtoull() takes it with any base, but all of it.
std::string check_address(const std::string& text) {
    const bool hexadecimal = text.starts_with("0x") or text.starts_with("0X");
    const char* const end = text.data() + text.size();
    std::uint64_t address = 0;
    const auto [stop, error] =
        std::from_chars(text.data() + (hexadecimal ? 2 : 0), end, address, hexadecimal ? 16 : 10);
    if (error != std::errc{} or stop != end) {
        return fmt::format("'{}' is no address: a number, hexadecimal with 0x", text);
    }
    return {};
}

std::string check_file(const std::string& name) { return name.empty() ? "the file has no name" : ""; }

// Nothing is asked of what is not compiled.
Result<void> check_interpreted(const ObserveOptions& options) {
    for (const auto& [given, flag] : {std::pair{not options.dump.empty(), kDump},
                                      {options.perf_map, kPerfMap},
                                      {options.gdb_jit, kGdbJit}}) {
        if (given) {
            return fail(
                "{} is about compiled code, and this guest is interpreted: by --engine interp, --gdb, "
                "--trace or for want of a compiler (see vm info)",
                flag);
        }
    }
    return {};
}

}  // namespace

void declare_observe(CLI::App& app, ObserveOptions& options) {
    app.add_flag("--stats", options.stats,
                 "Show instructions, time and rate on standard error; of the compiler what it did, and the "
                 "hottest blocks, which count for that, slightly slower");
    auto* const dump = app.add_option(kDump, options.dump,
                                      "Show blocks on standard error as they are compiled: ir, the guest's "
                                      "instructions and their IR before and behind the passes; asm, the "
                                      "host's code; or ir,asm")
                           ->type_name("KIND")
                           ->delimiter(',')
                           ->allow_extra_args(false)
                           ->check(CLI::IsMember({kIr, kCode}));
    app.add_option(kAddress, options.addresses,
                   "Of --dump: only blocks that hold this guest address; may be given again")
        ->type_name("ADDR")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->check(check_address)
        ->needs(dump);
    app.add_option(kDumpFile, options.dump_file, "Where --dump writes, behind what is there")
        ->type_name("FILE")
        ->check(check_file)
        ->needs(dump);
    app.add_flag(kPerfMap, options.perf_map,
                 "Tell perf what compiled code is called: /tmp/perf-PID.map, which stays");
    app.add_flag(kGdbJit, options.gdb_jit,
                 "Tell gdb, when it debugs vm itself, what compiled code is called");
}

Result<std::unique_ptr<native::Observation>> observe(const ObserveOptions& options,
                                                     std::optional<native::Options>& native,
                                                     native::Dump::Sink sink) {
    if (not native) {
        const auto checked = check_interpreted(options);
        return checked ? Result<std::unique_ptr<native::Observation>>() : tl::unexpected(checked.error());
    }
    if (not options.dump_file.empty()) {
        // The guest may go to another folder.
        const std::string path = std::filesystem::absolute(options.dump_file);
        if (const auto writable = native::append_file(path, ""); not writable) {
            return tl::unexpected(writable.error());
        }
        sink = [path, tell = std::move(sink), lost = false](const std::string& text) mutable {
            if (lost) return;
            const auto written = native::append_file(path, text);
            lost = not written;
            if (lost) tell(fmt::format("vm: the dump ends here: {}\n", written.error().message));
        };
    }
    const native::ObservationOptions wanted{.dump = {.ir = asks_for(options, kIr),
                                                     .code = asks_for(options, kCode),
                                                     .addresses = options.addresses},
                                            .sink = std::move(sink),
                                            .perf_map = options.perf_map,
                                            .gdb_jit = options.gdb_jit,
                                            .count_blocks = options.stats};
    if (options.dump.empty() and not options.perf_map and not options.gdb_jit and not options.stats) {
        return nullptr;
    }
    auto observation = std::make_unique<native::Observation>(wanted);
    native->code.observer = observation.get();
    return observation;
}

std::vector<std::string> observe_flags(const ObserveOptions& options) {
    std::vector<std::string> flags;
    for (const std::string& kind : options.dump) flags.insert(flags.end(), {kDump, kind});
    for (const std::uint64_t address : options.addresses) {
        flags.insert(flags.end(), {kAddress, fmt::format("{:#x}", address)});
    }
    if (not options.dump_file.empty()) {
        flags.insert(flags.end(), {kDumpFile, std::filesystem::absolute(options.dump_file)});
    }
    for (const auto& [given, flag] : {std::pair{options.perf_map, kPerfMap}, {options.gdb_jit, kGdbJit}}) {
        if (given) flags.emplace_back(flag);
    }
    return flags;
}

}  // namespace vm::cli
