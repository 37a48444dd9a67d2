#include "vm/cli/engine_options.h"

#include <charconv>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "vm/cli/memory_size.h"

namespace vm::cli {
namespace {

constexpr const char* kThreshold = "--jit-threshold";
constexpr const char* kLevel = "--opt-level";
constexpr const char* kCodeCache = "--code-cache";
constexpr const char* kAudit = "--audit";
constexpr const char* kTrust = "--trust-guest";

// To begin compiling costs a process as much as interpreting some 300,000 instructions: memory, and the
// compiler's own code to be read.
constexpr std::uint64_t kWorthBeginning = 200'000;

constexpr unsigned kMostEntries = std::numeric_limits<std::uint16_t>::max();
constexpr std::uint64_t kMostCode = std::uint64_t{1} << 30;  // what jumps reach

Result<std::uint64_t> parse_code_cache(const std::string& text) {
    const auto size = parse_memory_size(text, kMostCode);
    if (not size) {
        return fail("{}: {}; it takes {}K to {}M", kCodeCache, size.error().message,
                    jit::CodeCache::kLeastBytes >> 10, kMostCode >> 20);
    }
    if (*size < jit::CodeCache::kLeastBytes) {
        return fail("{} {} is less than {}K", kCodeCache, text, jit::CodeCache::kLeastBytes >> 10);
    }
    return *size;
}

// The complaint about the text of a threshold. CLI11's own names no limits.
std::string check_threshold(const std::string& text) {
    std::uint16_t count = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, count);
    if (error != std::errc{} or stop != end) {
        return fmt::format("'{}' is not a number from 0 to {}", text, kMostEntries);
    }
    return {};
}

// The first that is given of those that ask something of the compiler; null where none is.
const char* compiler_option(const EngineOptions& options) {
    for (const auto& [given, flag] : {std::pair{options.threshold.has_value(), kThreshold},
                                      {options.level.has_value(), kLevel},
                                      {options.code_cache.has_value(), kCodeCache},
                                      {options.audit, kAudit},
                                      {options.trusts_program, kTrust}}) {
        if (given) {
            return flag;
        }
    }
    return nullptr;
}

}  // namespace

void declare_engine(CLI::App& app, EngineOptions& options) {
    app.add_option("--engine", options.name, "Engine (see vm info)")
        ->type_name("NAME")
        ->capture_default_str();
    app.add_option(
           kThreshold, options.threshold,
           fmt::format("Compile code that was entered so often, 0 to {} (of the compiler; default {}, and "
                       "nothing in the first {} instructions, unless what is compiled is looked at)",
                       kMostEntries, native::Options{}.threshold, kWorthBeginning))
        ->type_name("N")
        ->check(check_threshold);
    app.add_option(kLevel, options.level,
                   fmt::format("How much compiled code is optimised (of the compiler; default {})",
                               native::Options{}.code.level))
        ->type_name("N")
        ->check(CLI::Range(0U, native::kMaxLevel));
    app.add_option(
           kCodeCache, options.code_cache,
           fmt::format("Memory for compiled code, {}K to {}M, shared by all harts or threads; the oldest "
                       "makes room for new code (of the compiler; default {}M)",
                       jit::CodeCache::kLeastBytes >> 10, kMostCode >> 20,
                       native::Options{}.code.code_bytes >> 20))
        ->type_name("SIZE");
    app.add_flag(
        kAudit, options.audit,
        "Interpret each compiled block besides, and stop where registers or memory differ (of the compiler; "
        "slow; one hart, one thread)");
}

void declare_trust(CLI::App& app, EngineOptions& options) {
    app.add_flag(kTrust, options.trusts_program,
                 "Do not look at addresses before compiled code uses them: a program with wild pointers can "
                 "then read and write memory of vm itself (of the compiler)");
}

Result<std::optional<native::Options>> native_options(const EngineOptions& options, GuestKind guest) {
    const auto engine = choose_engine(options.name, guest);
    if (not engine) {
        return tl::unexpected(engine.error());
    }
    if (const char* const flag = compiler_option(options); flag != nullptr and engine != kCompiler) {
        return fail("{} is an option of --engine jit", flag);
    }
    if (engine != kCompiler) {
        return std::nullopt;
    }
    native::Options native;
    native.threshold = options.threshold.value_or(native.threshold);
    native.code.begin_after = options.threshold or options.audit ? 0 : kWorthBeginning;
    native.trusts_program = options.trusts_program;
    native.code.level = options.level.value_or(native.code.level);
    if (options.code_cache) {
        const auto size = parse_code_cache(*options.code_cache);
        if (not size) {
            return tl::unexpected(size.error());
        }
        native.code.code_bytes = *size;
    }
    return native;
}

Result<void> check_interpreted(const EngineOptions& options, std::string_view option) {
    const char* const flag = compiler_option(options);
    if (flag != nullptr and not option.empty()) {
        return fail("{} is about compiled code, and with {} guests are interpreted", flag, option);
    }
    return {};
}

std::string interpreted_text(const EngineOptions& options, std::string_view option) {
    return options.name == kCompiler and not option.empty()
               ? fmt::format("with {} guests are interpreted", option)
               : "";
}

std::string audit_text(const native::Audit& audit, bool statistics) {
    std::string text = audit.difference ? "vm: " + *audit.difference : std::string();
    if (audit.difference or statistics) {
        text += "vm: " + audit.summary() + "\n";
    }
    return text;
}

std::vector<std::string> engine_flags(const EngineOptions& options) {
    std::vector<std::string> flags = {"--engine", options.name};
    if (options.threshold) {
        flags.insert(flags.end(), {kThreshold, std::to_string(*options.threshold)});
    }
    if (options.level) {
        flags.insert(flags.end(), {kLevel, std::to_string(*options.level)});
    }
    if (options.code_cache) {
        flags.insert(flags.end(), {kCodeCache, *options.code_cache});
    }
    if (options.audit) {
        flags.emplace_back(kAudit);
    }
    if (options.trusts_program) {
        flags.emplace_back(kTrust);
    }
    return flags;
}

}  // namespace vm::cli
