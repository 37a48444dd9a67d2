#include "vm/cli/engine_options.h"

#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace vm::cli {
namespace {

constexpr const char* kThreshold = "--jit-threshold";
constexpr const char* kLevel = "--opt-level";

}  // namespace

void declare_engine(CLI::App& app, EngineOptions& options) {
    app.add_option("--engine", options.name, "Engine (see vm info)")
        ->type_name("NAME")
        ->capture_default_str();
    app.add_option(kThreshold, options.threshold,
                   fmt::format("Compile code that was entered so often (of the compiler; default {})",
                               native::Options{}.threshold))
        ->type_name("N");
    app.add_option(kLevel, options.level,
                   fmt::format("How much compiled code is optimised (of the compiler; default {})",
                               native::Options{}.tier.level))
        ->type_name("N")
        ->check(CLI::Range(0U, native::kMaxLevel));
}

Result<std::optional<native::Options>> native_options(const EngineOptions& options, GuestKind guest) {
    const auto engine = choose_engine(options.name, guest);
    if (not engine) {
        return tl::unexpected(engine.error());
    }
    for (const auto& [given, flag] :
         {std::pair{options.threshold.has_value(), kThreshold}, {options.level.has_value(), kLevel}}) {
        if (given and engine != kCompiler) {
            return fail("{} is an option of --engine jit", flag);
        }
    }
    if (engine != kCompiler) {
        return std::nullopt;
    }
    native::Options native;
    native.threshold = options.threshold.value_or(native.threshold);
    native.tier.level = options.level.value_or(native.tier.level);
    return native;
}

std::vector<std::string> engine_flags(const EngineOptions& options) {
    std::vector<std::string> flags = {"--engine", options.name};
    if (options.threshold) {
        flags.insert(flags.end(), {kThreshold, std::to_string(*options.threshold)});
    }
    if (options.level) {
        flags.insert(flags.end(), {kLevel, std::to_string(*options.level)});
    }
    return flags;
}

}  // namespace vm::cli
